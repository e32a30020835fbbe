using System.Text.Json.Nodes;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>A model that lacks a part is refused in one line of the log, which names the command that makes it.</summary>
public sealed class IncompleteModelTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_ModelsThatLackAPart_NamesTheCommandThatMakesIt()
    {
        Make("no-previews", (folder, _) => File.Delete(Path.Combine(folder, "previews.safetensors")));
        Make("no-encoder", (_, manifest) => manifest["encoders"] = new JsonObject());
        Make("no-weights", (folder, _) => File.Delete(Path.Combine(folder, "encoder-x4.safetensors")));
        Make("no-prior", (folder, _) => File.Delete(Path.Combine(folder, "prior.safetensors")));
        Make("other-prior", (_, manifest) => manifest["training"] = new JsonObject { ["encoder-x4"] = new JsonObject { ["prior_sha256"] = new string('0', 64) } });
        Make("whole one", (_, _) => { });
        var settings = new Dictionary<string, string> { ["Models:Path"] = _folder["models"], ["Encoder:Address"] = "http://127.0.0.1:9" };
        await using ServiceProcess decoder = await ServiceProcess.StartAsync("decoder", "Cvdvae.DecoderHost", _folder[""], settings);
        await using ServiceProcess encoder = await ServiceProcess.StartAsync("encoder", "Cvdvae.EncoderHost", _folder[""], settings);

        await RefusesAsync(decoder, "no-previews", "has no previews.safetensors; next: cvdvae-trainer previews --model {0}");
        await RefusesAsync(decoder, "no-prior", "has no prior.safetensors; next: cvdvae-trainer import --checkpoint FILE --hparams FILE --output {0}, or cvdvae-trainer prior --model {0} ");
        await RefusesAsync(decoder, "other-prior", "has an encoder-x4.safetensors that was trained for another prior than its prior.safetensors; next: cvdvae-trainer encoder --model {0} ");
        foreach (ServiceProcess service in (ServiceProcess[])[decoder, encoder])
        {
            await RefusesAsync(service, "no-encoder", "has no low-res encoder; next: cvdvae-trainer encoder --model {0} --hparams FILE --data FILE --validation-data FILE --run FOLDER");
            await RefusesAsync(service, "no-weights", "has no encoder-x4.safetensors, though model.json names it; next: cvdvae-trainer encoder --model {0} ");
            await SaysAsync(service, "is served from " + _folder["models", "whole one"]);
        }
    }

    private Task RefusesAsync(ServiceProcess service, string name, string problem)
    {
        string path = _folder["models", name];
        return SaysAsync(service, $"model folder {path} is refused: {path}: {problem.Replace("{0}", path, StringComparison.Ordinal)}");
    }

    private static async Task SaysAsync(ServiceProcess service, string text)
    {
        using var late = new CancellationTokenSource(Limit);
        while (!service.Process.Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(late.IsCancellationRequested || service.Process.HasExited, $"'{text}' is not said:\n{service.Process.Output}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    private void Make(string name, Action<string, JsonNode> change)
    {
        string folder = _folder["models", name];
        TinyModel.CreateFolder(folder, name.Replace(' ', '-'));
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "model.json")))!;
        change(folder, manifest);
        File.WriteAllText(Path.Combine(folder, "model.json"), manifest.ToJsonString());
    }
}
