using System.CommandLine;
using Cvdvae.Cli.Benchmarking;
using Cvdvae.Cli.Models;
using Cvdvae.Cli.Upscaling;
using Cvdvae.Client;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.Cli;

/// <summary>The whole command line, from arguments to an exit status.</summary>
internal static class CvdvaeCommandLine
{
    /// <summary>All commands.</summary>
    public static RootCommand Create() => new("Calls a super-resolution server: several plausible images of one small image, from coarse to fine.")
    {
        UpscaleCommand.Create(),
        ModelsCommand.Create(),
        BenchCommand.Create(),
    };

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error; an error that the user can cure is one line here.</param>
    /// <param name="stop">Asks for a clean stop.</param>
    /// <returns>One of <see cref="ExitStatus"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop) =>
        CommandRun.InvokeAsync(Create(), args, output, error, ErrorLine, stop);

    private static string? ErrorLine(Exception error) => error switch
    {
        SuperResolutionException { Status: StatusCode.Internal or StatusCode.Unknown, RequestId: { } id } => $"{error.Message} (request {id})",
        OptionsValidationException options => string.Join("; ", options.Failures),
        SuperResolutionException or InvalidImageException or IOException or UnauthorizedAccessException => error.Message,
        _ => null,
    };
}
