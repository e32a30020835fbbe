using System.CommandLine;
using Cvdvae.Cli.Requests;
using Cvdvae.Client;
using Cvdvae.V1;

namespace Cvdvae.Cli.Upscaling;

/// <summary><c>upscale</c>: draws samples of one image and writes them with their previews.</summary>
internal static class UpscaleCommand
{
    public static Command Create()
    {
        var server = new ServerArguments();
        var arguments = new RequestArguments(raw: false);
        var image = new Argument<string>("IMAGE") { Description = "the small image: PNG, JPEG or WebP" };
        var output = new Option<string>("--output", "-o") { Description = "folder to write sample-N.png, preview-N-RRR.png and sheet.png to", Required = true };
        var seed = new Option<ulong?>(RequestArguments.Seed)
        {
            Description = "seed of what is drawn; the same seed gives the same images. The server draws one by default",
        };
        var withoutPreviews = new Option<bool>("--no-previews") { Description = "write no previews" };
        var command = new Command("upscale", "draw samples of an image") { image, output, seed, withoutPreviews };
        arguments.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            byte[] bytes = await File.ReadAllBytesAsync(parsed.GetRequiredValue(image), stop);
            UpscaleRequest request = arguments.Read(parsed, bytes);
            if (parsed.GetValue(seed) is { } number)
            {
                request.Seed = number;
            }

            TextWriter writer = parsed.InvocationConfiguration.Output;
            bool terminal = writer == Console.Out && !Console.IsOutputRedirected;
            IUpscaleProgress progress = terminal ? new TerminalProgress() : new PlainProgress(writer);
            using SuperResolutionClient client = server.Connect(parsed);
            var folder = OutputFolder.Create(parsed.GetRequiredValue(output));
            var run = new UpscaleRun(client, folder, progress, TimeProvider.System) { Previews = !parsed.GetValue(withoutPreviews) };
            UpscaleOutcome outcome = await progress.ShowAsync(() => run.RunAsync(request, arguments.Settings(parsed), stop));
            await writer.WriteAsync(outcome.Summary());
            return 0;
        });
        return command;
    }
}
