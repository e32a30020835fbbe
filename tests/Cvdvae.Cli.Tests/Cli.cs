using Xunit;

namespace Cvdvae.Cli.Tests;

/// <summary>Runs the command line inside the test.</summary>
internal static class Cli
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task<CliResult> RunAsync(IReadOnlyList<string> arguments) => RunUntilAsync(arguments, TestContext.Current.CancellationToken);

    public static async Task<CliResult> RunUntilAsync(IReadOnlyList<string> arguments, CancellationToken stop)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await CvdvaeCommandLine.RunAsync(arguments, TextWriter.Synchronized(output), TextWriter.Synchronized(error), stop)
            .WaitAsync(Limit, TestContext.Current.CancellationToken);
        return new CliResult(status, output.ToString(), error.ToString());
    }

    public static async Task<string> SucceedAsync(params string[] arguments)
    {
        CliResult result = await RunAsync(arguments);
        Assert.True(result.Status == 0, result.Error);
        return result.Output;
    }
}
