using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>
/// A folder in which the commands of <c>docs/ffhq256.md</c> run as they stand: the programs by their names, data in place of FFHQ, random weights in place of the published ones. What would take hours is
/// made small by replacing the numbers of the commands.
/// </summary>
internal sealed class GuideWorkplace : IDisposable
{
    private const string Prior = """
        {"width": 16, "zdim": 4, "image_size": 32, "no_bias_above": 32, "num_mixtures": 2, "bottleneck_multiple": 0.5, "shift": -112.9, "scale": 0.0143,
         "enc_blocks": "32x1,32d2,16x1,16d2,8x1,8d2,4x1,4d4,1x1", "dec_blocks": "1x1,4m1,4x1,8m4,8x1,16m8,32m16"}
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder _folder = new();
    private readonly bool _isTiny;

    /// <param name="isTiny">Whether the model is a tiny one instead of the geometry of the guide.</param>
    public GuideWorkplace(bool isTiny)
    {
        _isTiny = isTiny;
        foreach (string folder in (string[])["bin", "tools", "ffhq/00000", "ffhq/63000", "recipes/ffhq256"])
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        File.CreateSymbolicLink(_folder["bin", "cvdvae-trainer"], BuildOutput.Program("services/Cvdvae.Trainer", "cvdvae-trainer"));
        File.CreateSymbolicLink(_folder["bin", "cvdvae"], BuildOutput.Program("clients/Cvdvae.Cli", "cvdvae"));
        Directory.CreateSymbolicLink(_folder["tools", "reference"], Path.Combine(BuildOutput.Root, "tools", "reference"));
        WriteRecipe("encoder-x4.json", """{"width_y": 16, "image_size_y": 8, "enc_blocks_y": "8x1,8d2,4x1,4d4,1x1", "ky": 5}""");
        WriteRecipe("encoder-x8.json", """{"width_y": 16, "image_size_y": 4, "enc_blocks_y": "4x1,4d4,1x1", "ky": 3}""");
        File.WriteAllText(_folder["prior.json"], Prior);
        WriteImages();
    }

    private int Size => _isTiny ? 32 : 256;

    /// <summary>A file or folder.</summary>
    public string this[params string[] parts] => _folder[parts];

    public void Dispose() => _folder.Dispose();

    /// <summary>A command of the guide with other numbers.</summary>
    public string Small(string command)
    {
        (string Pattern, string Replacement)[] changes =
        [
            ("--device cuda", "--device cpu --threads 1"),
            ("--steps 50000", _isTiny ? "--steps 2" : "--steps 10"),
            ("--batch 4 --accumulate 4", _isTiny ? "--batch 2 --accumulate 2" : "--batch 1 --accumulate 1"),
            ("--samples 2048 --batch 8", _isTiny ? "--samples 20 --batch 4" : "--samples 4 --batch 1"),
            ("--count 4 --batch 2", "--count 1 --batch 1"),
            ("--limit 100 --batch 5", "--limit 1 --batch 1 --samples 2"),
            ("--samples 5", "--samples 2"),
            ("--limit 63000", "--limit 4"),
            ("-c 1376256000 ", string.Create(CultureInfo.InvariantCulture, $"-c {2 * Size * Size * RgbImage.Channels} ")),
            ("--hparams ffhq256 ", _isTiny ? "--hparams prior.json " : "--hparams ffhq256 "),
            ("size 256 ", string.Create(CultureInfo.InvariantCulture, $"size {Size} ")),
        ];
        return changes.Aggregate(command, (text, change) => text.Replace(change.Pattern, change.Replacement, StringComparison.Ordinal));
    }

    /// <summary>Runs a command of the shell.</summary>
    /// <returns>What it said on its standard output.</returns>
    public async Task<string> RunAsync(string command, params (string Name, string Value)[] environment)
    {
        var variables = new Dictionary<string, string>(environment.ToDictionary(entry => entry.Name, entry => entry.Value))
        {
            ["PATH"] = $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        await using ChildProcess shell = ChildProcess.Start("bash", ["-euc", command], variables, _folder[""]);
        int status = await shell.ExitAsync(_isTiny ? Limit : 12 * Limit);
        return status == 0 ? shell.Output : throw new InvalidOperationException($"{command}\nended with {status}:\n{shell.Output}\n{shell.Error}");
    }

    private void WriteRecipe(string name, string tiny)
    {
        string own = Path.Combine(BuildOutput.Root, "recipes", "ffhq256", name);
        File.WriteAllText(_folder["recipes/ffhq256", name], _isTiny ? tiny : File.ReadAllText(own));
    }

    /// <summary>Soft pictures as PNG files, a broken one among them, and as the frames of a .npy file behind its header of 128 bytes.</summary>
    private void WriteImages()
    {
        using FileStream frames = File.Create(_folder["ffhq-256.npy"]);
        frames.Write(new byte[128]);
        for (int index = 0; index < 8; index++)
        {
            var image = new RgbImage(Size, Size);
            for (int y = 0; y < Size; y++)
            {
                for (int x = 0; x < Size; x++)
                {
                    image[x, y] = ((byte)(255 * x / Size), (byte)(255 * y / Size), (byte)(30 * index));
                }
            }

            frames.Write(image.Pixels);
            File.WriteAllBytes(_folder[index < 6 ? "ffhq/00000" : "ffhq/63000", $"{index:D5}.png"], ImageCodec.Encode(image, ImageEncoding.Png, 100));
        }

        File.WriteAllText(_folder["ffhq/00000", "broken.png"], "not an image");
    }
}
