namespace Cvdvae.Model.Weights;

/// <summary>Names of files that are written beside the one that they will replace, and what becomes of those whose writer was killed.</summary>
public static class TemporaryFile
{
    private const string Ending = ".tmp";
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(10);

    /// <summary>A name that no other writer of the file has.</summary>
    public static string NameFor(string path) => $"{path}.{Path.GetRandomFileName()}{Ending}";

    /// <summary>
    /// Removes what writers of a file left that were killed. A writer that lives holds its file alone, but for the moment between closing it and giving it its name: so the
    /// youngest stay.
    /// </summary>
    /// <param name="path">The file that they were to replace.</param>
    public static void RemoveStale(string path)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!folder.Exists)
        {
            return;
        }

        foreach (FileInfo file in folder.EnumerateFiles().Where(file => IsTemporary(file.Name, Path.GetFileName(path))))
        {
            if (TimeProvider.System.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > Closing && IsLeft(file))
            {
                file.Delete();
            }
        }
    }

    // NAME.8letters.3letters.tmp
    private static bool IsTemporary(string name, string target) =>
        name.Length == target.Length + 1 + 12 + Ending.Length && name.StartsWith($"{target}.", StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal);

    private static bool IsLeft(FileInfo file)
    {
        try
        {
            using FileStream alone = file.Open(FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
