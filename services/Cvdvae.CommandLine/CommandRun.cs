using System.CommandLine;

namespace Cvdvae.CommandLine;

/// <summary>Runs a command line, from arguments to an exit status.</summary>
public static class CommandRun
{
    /// <summary>Runs a command.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error; an error that the user can cure is one line here.</param>
    /// <param name="errorLine">The line for an error that the user can cure; null for an error of the program itself, which is thrown on.</param>
    /// <param name="stop">Asks for a clean stop.</param>
    /// <returns>One of <see cref="ExitStatus"/>, or what the command returned.</returns>
    public static async Task<int> InvokeAsync(
        RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error, Func<Exception, string?> errorLine, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(errorLine);
        ParseResult parsed = root.Parse(args);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // StopSignals does this, without a limit of seconds
            Output = parsed.Errors.Count > 0 ? error : output, // help and what was perhaps meant, which are no result
            Error = error,
        };
        try
        {
            int status = await parsed.InvokeAsync(configuration, stop).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? ExitStatus.WrongUsage : status;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("stopped").ConfigureAwait(false);
            return ExitStatus.Stopped;
        }
        catch (Exception failure) when (errorLine(failure) is string line)
        {
            await error.WriteLineAsync($"error: {line}").ConfigureAwait(false);
            return ExitStatus.Failed;
        }
    }
}
