namespace Cvdvae.Cli.Tests;

/// <summary>What a command did.</summary>
/// <param name="Status">Exit status.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliResult(int Status, string Output, string Error);
