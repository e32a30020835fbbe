namespace Cvdvae.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("cvdvae-cli-").FullName;

    public string this[params string[] parts] => Path.Combine([_path, .. parts]);

    /// <summary>Names of the files in a folder, in order.</summary>
    public string[] Files(string folder) => [.. Directory.EnumerateFiles(this[folder]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
