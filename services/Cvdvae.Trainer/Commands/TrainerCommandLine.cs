using System.CommandLine;
using Cvdvae.CommandLine;

namespace Cvdvae.Trainer.Commands;

/// <summary>The whole command line, from arguments to an exit status.</summary>
internal static class TrainerCommandLine
{
    /// <summary>All commands.</summary>
    public static RootCommand Create() => new("Trains, imports and verifies the models of CvdvaeGrpc.")
    {
        DatasetCommand.Create(),
        ExportCommand.Create(),
        PriorCommand.Create(),
        EncoderCommand.Create(),
        PreviewsCommand.Create(),
        SampleCommand.Create(),
        ReconstructCommand.Create(),
        EvaluateCommand.Create(),
        ImportCommand.Create(),
        VerifyCommand.Create(),
    };

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error; an error that the user can cure is one line here.</param>
    /// <param name="stop">Asks for a clean stop.</param>
    /// <returns>0: done, 1: failed, 2: wrong usage, 130: stopped half-way.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop) =>
        CommandRun.InvokeAsync(Create(), args, output, error, ExpectedError.Line, stop);
}
