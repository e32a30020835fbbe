using System.CommandLine;
using System.Diagnostics;
using Cvdvae.Trainer.Commands;

namespace Cvdvae.Benchmarks;

/// <summary>
/// <c>serving</c>: calls through the three services against the same decode in process. This part makes the model, starts the services by
/// <c>build/services.sh</c>, and the measurement (<see cref="ServingClientCommand"/>) as their client.
/// </summary>
internal static class ServingCommand
{
    private const string Script = "build/services.sh";

    public static Command Create()
    {
        var models = new Option<string?>("--models") { Description = "folder that holds the one model to serve; random weights in the geometry of --hparams by default" };
        var hparams = new Option<string>("--hparams") { Description = "hyper-parameters of random weights", DefaultValueFactory = _ => Scripts.Path("ffhq256-x4.json") };
        (Option<string> device, Option<string> precision) = (DeviceOption.Create(), PrecisionOption.Create());
        ServingPlan.Arguments plan = ServingPlan.CreateArguments();
        var command = new Command("serving", "calls through the services against the same decode in process; many clients at once") { models, hparams, device, precision };
        plan.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            string made = Path.Combine(Path.GetTempPath(), $"cvdvae-serving-{Environment.ProcessId}");
            try
            {
                string? folder = parsed.GetValue(models);
                if (folder is null)
                {
                    folder = made;
                    RandomModel.Write(Path.Combine(made, "random"), parsed.GetRequiredValue(hparams));
                }

                ProcessStartInfo itself = MeasuredProgram.Itself([ServingClientCommand.Name, "--models", folder, device.Name, parsed.GetRequiredValue(device), precision.Name, parsed.GetRequiredValue(precision), .. plan.Of(parsed).ToArguments()]);
                var start = new ProcessStartInfo(Script, ["--", itself.FileName, .. itself.ArgumentList])
                {
                    // The many clients of a large model are a longer backlog than a service takes by default.
                    Environment =
                    {
                        ["MODELS"] = folder,
                        ["Scheduler__MaxBacklog"] = "01:00:00",
                        ["Torch__Device"] = parsed.GetRequiredValue(device),
                        ["Torch__Precision"] = parsed.GetRequiredValue(precision),
                    },
                };
                using Process process = Process.Start(start)!;
                await process.WaitForExitAsync(stop);
                return process.ExitCode;
            }
            finally
            {
                if (Directory.Exists(made))
                {
                    Directory.Delete(made, recursive: true);
                }
            }
        });
        return command;
    }
}
