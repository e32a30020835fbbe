namespace Cvdvae.TestUtils;

/// <summary>A new folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string FolderPath { get; } = Directory.CreateTempSubdirectory("cvdvae-").FullName;

    /// <summary>The path of something in it.</summary>
    public string File(string name) => Path.Combine(FolderPath, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(FolderPath, recursive: true);
}
