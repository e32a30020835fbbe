using System.CommandLine;

namespace Cvdvae.Trainer.Commands;

/// <summary>The whole command line, from arguments to an exit status.</summary>
internal static class TrainerCommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Stopped = 130; // what shells report after Ctrl-C

    /// <summary>All commands.</summary>
    public static RootCommand Create() => new("Trains, imports and verifies the models of CvdvaeGrpc.")
    {
        DatasetCommand.Create(),
        PriorCommand.Create(),
        EncoderCommand.Create(),
        PreviewsCommand.Create(),
        SampleCommand.Create(),
        ReconstructCommand.Create(),
        ImportCommand.Create(),
        VerifyCommand.Create(),
    };

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error; an error that the user can cure is one line here.</param>
    /// <param name="stop">Asks for a clean stop.</param>
    /// <returns>0: done, 1: failed, 2: wrong usage, 130: stopped half-way.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        ParseResult parsed = Create().Parse(args);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // StopSignals does this, without a limit of seconds
            Output = output,
            Error = error,
        };
        try
        {
            int status = await parsed.InvokeAsync(configuration, stop);
            return parsed.Errors.Count > 0 ? WrongUsage : status;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped");
            return Stopped;
        }
        catch (Exception failure) when (ExpectedError.Line(failure) is string line)
        {
            await error.WriteLineAsync($"error: {line}");
            return Failed;
        }
    }
}
