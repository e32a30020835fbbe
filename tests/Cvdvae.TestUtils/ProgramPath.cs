namespace Cvdvae.TestUtils;

/// <summary>Programs of the system.</summary>
public static class ProgramPath
{
    /// <summary>Where the program of a name is; null: there is none.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
