using System.CommandLine;
using Cvdvae.Cli.Requests;
using Cvdvae.Client;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Cli.Models;

/// <summary><c>models</c>: lists what a server has and takes.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var server = new ServerArguments();
        var json = new Option<bool>("--json") { Description = "print the server's answer as JSON, with the protocol's field names" };
        Option<double?> deadline = RequestArguments.Deadline("seconds after which it gives up");
        var command = new Command("models", "list the models and the limits of a server") { json, deadline };
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            using SuperResolutionClient client = server.Connect(parsed);
            var settings = new CallSettings { Deadline = parsed.GetValue(deadline) is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
            ListModelsResponse models = await client.ListModelsAsync(settings, stop);
            string text = parsed.GetValue(json)
                ? new JsonFormatter(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true).WithIndentation()).Format(models) + "\n"
                : ModelsText.Of(models);
            await parsed.InvocationConfiguration.Output.WriteAsync(text);
            return 0;
        });
        return command;
    }
}
