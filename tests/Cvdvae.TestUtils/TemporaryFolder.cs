namespace Cvdvae.TestUtils;

/// <summary>A new folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string FolderPath { get; } = Directory.CreateTempSubdirectory("cvdvae-").FullName;

    /// <summary>The path of something in it.</summary>
    public string File(string name) => Path.Combine(FolderPath, name);

    /// <summary>The path of something in it, from the names of folders and file; the folder itself without any.</summary>
    public string this[params string[] parts] => Path.Combine([FolderPath, .. parts]);

    /// <summary>Names of the files in one of its folders, in order.</summary>
    public string[] Files(string folder) => [.. Directory.EnumerateFiles(this[folder]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(FolderPath, recursive: true);
}
