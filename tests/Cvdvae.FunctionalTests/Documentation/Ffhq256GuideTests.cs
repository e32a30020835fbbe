using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>Every command of <c>docs/ffhq256.md</c>, in its order, from random weights to images out of the services.</summary>
public sealed class Ffhq256GuideTests
{
    private const string Page = "docs/ffhq256.md";
    private const string Download = "wget ";
    private const string Serve = "MODELS=my-models make serve";

    [Fact]
    public Task Guide_TinyGeometry_EndsWithImagesFromTheServices() => FollowAsync(isTiny: true);

    [Fact]
    public Task Guide_FullGeometry_EndsWithImagesFromTheServices()
    {
        Assert.SkipUnless(LongTests.AreAskedFor, LongTests.Reason);
        return FollowAsync(isTiny: false);
    }

    private static async Task FollowAsync(bool isTiny)
    {
        using var workplace = new GuideWorkplace(isTiny);
        string[] commands = [.. SnippetPage.Read(Page).Where(snippet => snippet.Language == "sh").SelectMany(snippet => snippet.Code.Split('\n')).Where(line => line.Length > 0)];
        int serve = Array.IndexOf(commands, Serve);
        Assert.True(serve > 0, "the guide serves the model");
        Assert.Single(commands, command => command.StartsWith(Download, StringComparison.Ordinal));
        var outputs = new List<string>();
        foreach (string command in commands[..serve].Where(command => !command.StartsWith(Download, StringComparison.Ordinal)))
        {
            TestContext.Current.SendDiagnosticMessage(command);
            outputs.Add(await workplace.RunAsync(workplace.Small(command)));
        }

        // What make serve runs, and what the guide does in another terminal meanwhile.
        string asked = string.Join(" && ", commands[(serve + 1)..].Select(workplace.Small));
        outputs.Add(await workplace.RunAsync($"MODELS=my-models {BuildOutput.Root}/build/services.sh -- bash -euc '{asked}'", ("READY_SECONDS", "600")));

        foreach (int scale in (int[])[4, 8])
        {
            string[] images = [.. Directory.EnumerateFiles(workplace["out", $"upscaled-x{scale}"]).Select(file => Path.GetFileName(file))];
            Assert.Contains("sample-1.png", images);
            Assert.Contains("sample-2.png", images);
            Assert.True(File.Exists(workplace["out", $"evaluation-x{scale}", "table.md"]));
        }

        string[] next = [.. outputs.SelectMany(output => output.Split('\n')).Where(line => line.StartsWith("next: ", StringComparison.Ordinal))];
        Assert.Equal(4, next.Length);
        Assert.StartsWith("next: cvdvae-trainer encoder --model my-models/ffhq256 ", next[0], StringComparison.Ordinal);
        Assert.Equal("next: cvdvae-trainer previews --model my-models/ffhq256", next[1]);
        Assert.Equal(next[1], next[2]);
        Assert.EndsWith("/my-models make serve", next[3], StringComparison.Ordinal);
    }
}
