namespace Cvdvae.Trainer.Data;

/// <summary>Finds the image files of a folder, whatever else lies in it.</summary>
internal static class ImageFiles
{
    private const string MacFolder = "__MACOSX";
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".jfif", ".webp"];

    /// <summary>All image files below a folder, in the order of their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="skipped">Takes what is left out.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IEnumerable<string> Below(string folder, SkippedImages skipped)
    {
        var files = new List<string>();
        Collect(new DirectoryInfo(folder), files, [Trimmed(Path.GetFullPath(folder))], skipped);
        return files.Order(StringComparer.Ordinal);
    }

    private static void Collect(DirectoryInfo folder, List<string> files, HashSet<string> seen, SkippedImages skipped)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.Name.StartsWith('.') || entry.Name == MacFolder)
            {
                skipped.PassOverHidden();
            }
            else if (entry is DirectoryInfo deeper)
            {
                Enter(deeper, files, seen, skipped);
            }
            else if (entry.LinkTarget is { } target && entry.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true })
            {
                skipped.Add(entry.ToString(), $"it is a link to {target}, which is not there");
            }
            else if (Endings.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase))
            {
                files.Add(entry.ToString());
            }
            else
            {
                skipped.PassOver(entry.Name);
            }
        }
    }

    private static void Enter(DirectoryInfo folder, List<string> files, HashSet<string> seen, SkippedImages skipped)
    {
        try
        {
            // A link may lead back up.
            if (folder.LinkTarget is null || seen.Add(Trimmed(folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName)))
            {
                Collect(folder, files, seen, skipped);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            skipped.Add(folder.ToString(), error.Message);
        }
    }

    private static string Trimmed(string path) => Path.TrimEndingDirectorySeparator(path);
}
