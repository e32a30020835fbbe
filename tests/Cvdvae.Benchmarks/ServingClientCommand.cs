using System.CommandLine;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;

namespace Cvdvae.Benchmarks;

/// <summary><c>serving-client</c>: the measuring part of <see cref="ServingCommand"/>, for services that run already (<c>CVDVAE_SERVER</c>).</summary>
internal static class ServingClientCommand
{
    public const string Name = "serving-client";

    public static Command Create()
    {
        var models = new Option<string>("--models") { Description = "folder that holds the model that is served", Required = true };
        (Option<string> device, Option<string> precision) = (DeviceOption.Create(), PrecisionOption.Create());
        ServingPlan.Arguments plan = ServingPlan.CreateArguments();
        var command = new Command(Name, "the measuring part of serving, against running services at CVDVAE_SERVER") { models, device, precision };
        plan.AddTo(command);
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply();
            ModelFolder folder = Directory.EnumerateDirectories(parsed.GetRequiredValue(models)).Where(ModelFolder.Exists).Select(ModelFolder.Open).Single();
            int scale = folder.Manifest.Encoders.Keys.First();
            using var local = new DecodeBenchmark(folder, scale, InferenceOptions.Parse(parsed.GetRequiredValue(device), parsed.GetRequiredValue(precision)));
            using var remote = new ServingCalls(
                Environment.GetEnvironmentVariable("CVDVAE_SERVER") ?? throw new InvalidOperationException("CVDVAE_SERVER is not set"), folder.LowRes(scale).Hyperparameters.ImageSizeY);
            var tables = new ServingTables(local, remote, plan.Of(parsed));
            tables.PrintLatency();
            tables.PrintLoad();
            return 0;
        });
        return command;
    }
}
