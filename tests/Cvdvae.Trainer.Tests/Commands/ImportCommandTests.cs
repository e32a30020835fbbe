using System.IO.Compression;
using System.Text.RegularExpressions;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Commands;
using Xunit;

namespace Cvdvae.Trainer.Tests.Commands;

/// <summary>What an import refuses leaves nothing behind, and what it takes can be loaded.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_OtherWidth_NamesTheFirstTensorThatDoesNotFitAndWritesNothing()
    {
        string text = await File.ReadAllTextAsync(Fixture.Path("tiny-config.json"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["h.json"], text.Replace("\"width\": 32", "\"width\": 48", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Contains("48", await File.ReadAllTextAsync(_folder["h.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);

        string error = await RefusedAsync("import", "--checkpoint", Fixture.Path("tiny-vdvae.th"), "--hparams", _folder["h.json"], "--output", _folder["model"]);

        Assert.Contains("tensor 'decoder.bias' has the shape (1, 32, 1, 1); expected is (1, 48, 1, 1)", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["model"]));

        // The same place takes the right hyper-parameters afterwards.
        await RunAsync("import", "--checkpoint", Fixture.Path("tiny-vdvae.th"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);
    }

    [Fact]
    public async Task Import_WholeNumbers_AreRefusedAndNothingIsWritten()
    {
        string error = await RefusedAsync(
            "import", "--checkpoint", Patched(text => text.Replace("FloatStorage\n", "IntStorage\n", StringComparison.Ordinal)), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);

        Assert.Contains("is of type I32; accepted are F16, BF16, F32 and F64", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["model"]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task Import_ValueThatIsNoNumber_IsRefusedAndNothingIsWritten(float value)
    {
        string error = await RefusedAsync(
            "import", "--checkpoint", WithValue("decoder.gain", value), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);

        Assert.Contains("tensor 'decoder.gain' holds a value that is not a finite number", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["model"]));
    }

    [Fact]
    public async Task Import_NameThatNoModelMayHave_IsRefusedAndNothingIsWritten()
    {
        string error = await RefusedAsync(
            "import", "--checkpoint", Fixture.Path("tiny-vdvae.th"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["My Model"]);

        Assert.Contains("name: 'My Model' is not 1 to 64 small letters", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["My Model"]));
    }

    [Fact]
    public async Task Import_OverAManifestWithoutWeights_MakesTheModel()
    {
        Directory.CreateDirectory(_folder["model"]);
        string manifest = await File.ReadAllTextAsync(Fixture.Path(Path.Combine("tiny", "model.json")), TestContext.Current.CancellationToken);
        await RunAsync("import", "--checkpoint", Fixture.Path("tinylegacy-vdvae.th"), "--hparams", Fixture.Path("tinylegacy-config.json"), "--output", _folder["model"]);
        File.Delete(_folder["model", "prior.safetensors"]);

        await RunAsync("import", "--checkpoint", Fixture.Path("tiny-vdvae.th"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);

        Assert.Equal(ModelManifest.Parse(System.Text.Encoding.UTF8.GetBytes(manifest), "tiny").Prior, ModelFolder.Open(_folder["model"]).Manifest.Prior);
    }

    [Fact]
    public async Task Import_OutputBias_StandsInTheModel()
    {
        string[] import = ["import", "--checkpoint", Fixture.Path("tiny-vdvae.th"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]];

        await RefusedAsync([.. import, "--output-bias", "65"], status: 2);
        Assert.False(Directory.Exists(_folder["model"]));
        await RunAsync([.. import, "--output-bias", "3.5"]);
        Assert.Equal(3.5, ModelFolder.Open(_folder["model"]).Manifest.OutputBias);

        // An encoder that joins keeps it, unless told otherwise.
        string[] join = ["import", "--checkpoint", Fixture.Path("tiny-srvdvae.ckpt"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]];
        await RunAsync(join);
        Assert.Equal(3.5, ModelFolder.Open(_folder["model"]).Manifest.OutputBias);
        await RunAsync([.. join, "--replace", "--output-bias", "0"]);
        Assert.Equal(0, ModelFolder.Open(_folder["model"]).Manifest.OutputBias);
    }

    [Fact]
    public async Task Import_EncoderOverAnother_NeedsReplace()
    {
        string[] import = ["import", "--checkpoint", Fixture.Path("tiny-srvdvae.ckpt"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]];
        await RunAsync(import);
        DateTime before = File.GetLastWriteTimeUtc(_folder["model", "encoder-x4.safetensors"]);

        string error = await RefusedAsync(import);

        Assert.Contains("holds an encoder for scale 4 already (imported from tiny-srvdvae.ckpt); --replace puts this one in its place", error, StringComparison.Ordinal);
        Assert.Equal(before, File.GetLastWriteTimeUtc(_folder["model", "encoder-x4.safetensors"]));
        await RunAsync([.. import, "--replace"]);
    }

    [Theory]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("_orig_mod.module.")]
    public async Task Import_WrappersPrefix_IsTakenOffAndNamed(string prefix)
    {
        string wrapped = Patched(text => Regex.Replace(
            text,
            @"X(.)\0\0\0((?:encoder|decoder)\.[a-z0-9_.]+)",
            name => $"X{(char)(name.Groups[1].Value[0] + prefix.Length)}\0\0\0{prefix}{name.Groups[2].Value}",
            RegexOptions.Singleline));

        string output = await RunAsync("import", "--checkpoint", wrapped, "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);

        foreach (string part in prefix.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains($"'{part}.'", output.Split('\n')[0], StringComparison.Ordinal);
        }

        byte[] expected = await File.ReadAllBytesAsync(Fixture.Path(Path.Combine("tiny", "prior.safetensors")), TestContext.Current.CancellationToken);
        Assert.Equal(expected, await File.ReadAllBytesAsync(_folder["model", "prior.safetensors"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Import_StateDictInside_IsFoundAndNamed()
    {
        string output = await RunAsync("import", "--checkpoint", Fixture.Path("tiny-srvdvae.ckpt"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["model"]);

        Assert.Contains("tiny-srvdvae.ckpt: the weights are those of 'state_dict'", output, StringComparison.Ordinal);
    }

    /// <summary>The prior's checkpoint with something changed in its pickle, which is a member of a zip.</summary>
    private string Patched(Func<string, string> change)
    {
        using ZipArchive archive = ZipFile.OpenRead(Fixture.Path("tiny-vdvae.th"));
        using var stream = new FileStream(_folder["patched.th"], FileMode.Create);
        using var copy = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (Stream from = entry.Open())
            {
                from.CopyTo(content);
            }

            byte[] bytes = content.ToArray();
            if (entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal))
            {
                string text = System.Text.Encoding.Latin1.GetString(bytes);
                Assert.NotEqual(text, change(text));
                bytes = System.Text.Encoding.Latin1.GetBytes(change(text));
            }

            using Stream to = copy.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
            to.Write(bytes);
        }

        return _folder["patched.th"];
    }

    /// <summary>The prior's checkpoint with another first value of a tensor.</summary>
    private string WithValue(string name, float value)
    {
        byte[] bytes = File.ReadAllBytes(Fixture.Path("tiny-vdvae.th"));
        using ITensorSource source = PyTorchCheckpoint.Open(Fixture.Path("tiny-vdvae.th"));
        byte[] content = new byte[source.Entries[name].ByteLength];
        source.CopyTo(name, content);
        int place = bytes.AsSpan().IndexOf(content);
        Assert.True(place > 0 && bytes.AsSpan(place + 1).IndexOf(content) < 0);
        BitConverter.TryWriteBytes(bytes.AsSpan(place), value);
        File.WriteAllBytes(_folder["value.th"], bytes);
        return _folder["value.th"];
    }

    private static Task<string> RefusedAsync(params string[] arguments) => RefusedAsync(arguments, 1);

    private static async Task<string> RefusedAsync(string[] arguments, int status)
    {
        using var error = new StringWriter();
        Assert.Equal(status, await TrainerCommandLine.RunAsync(arguments, TextWriter.Null, error, TestContext.Current.CancellationToken));
        return error.ToString();
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await TrainerCommandLine.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        Assert.True(status == 0, error.ToString());
        return output.ToString();
    }
}
