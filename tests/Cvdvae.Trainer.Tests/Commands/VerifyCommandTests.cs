using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Commands;
using Xunit;

namespace Cvdvae.Trainer.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny", "tiny-vdvae.th", "not compared")]
    [InlineData("tiny", "tiny-srvdvae.ckpt", "ok")]
    [InlineData("tinylegacy", "tinylegacy-vdvae.th", "not compared")]
    [InlineData("tinylegacy", "tinylegacy-srvdvae.ckpt", "ok")]
    public async Task Run_ImportedCheckpoint_ListsEveryTensorAndExitsWithZero(string name, string checkpoint, string conditioned)
    {
        await RunAsync("import", "--checkpoint", Fixture.Path(checkpoint), "--hparams", Fixture.Path($"{name}-config.json"), "--output", _folder["model"]);

        string output = await RunAsync("verify", "--model", _folder["model"], "--io", Fixture.Path($"{name}-io.safetensors"));

        using SafetensorsFile reference = SafetensorsFile.Open(Fixture.Path($"{name}-io.safetensors"));
        string[] lines = output.Split('\n');
        IEnumerable<string> computed = reference.Entries.Keys.Where(key => !key.EndsWith("u8", StringComparison.Ordinal) && !key.StartsWith("eps.", StringComparison.Ordinal) && !key.StartsWith("dmol.u.", StringComparison.Ordinal));
        Assert.All(computed, key => Assert.Single(lines, line => line.Split(' ')[0] == key));
        Assert.Contains(conditioned, lines.Single(line => line.StartsWith("cond.t0.mode.u8.nhwc ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny", "tinylegacy")]
    [InlineData("tinylegacy", "tiny")]
    public async Task Run_FileOfAnotherModel_SaysSo(string name, string other)
    {
        await RunAsync("import", "--checkpoint", Fixture.Path($"{name}-srvdvae.ckpt"), "--hparams", Fixture.Path($"{name}-config.json"), "--output", _folder["model"]);
        using var error = new StringWriter();

        int status = await TrainerCommandLine.RunAsync(
            ["verify", "--model", _folder["model"], "--io", Fixture.Path($"{other}-io.safetensors")], TextWriter.Null, error, TestContext.Current.CancellationToken);

        Assert.Equal(1, status);
        Assert.Contains("is of another model", error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }

    private static async Task<string> RunAsync(params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await TrainerCommandLine.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        Assert.True(status == 0, error.ToString());
        return output.ToString();
    }
}
