using Cvdvae.Model.Packaging;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>The outside of a model folder: names, sizes and times of its files. While they stay the same the content is taken to be the same.</summary>
/// <param name="FolderPath">The folder.</param>
/// <param name="Fingerprint">All of them as text.</param>
/// <param name="Changed">The latest of the times, of the folder's own too: it changes when a file comes or goes.</param>
internal sealed record FolderState(string FolderPath, string Fingerprint, DateTime Changed)
{
    /// <summary>The model folders below a folder, at most two levels deep, in the order of their paths.</summary>
    /// <param name="root">The folder; it must be readable.</param>
    /// <param name="unreadable">Takes folders in it that can't be read: a volume has one of its own, which only root may read.</param>
    public static IReadOnlyList<FolderState> Find(string root, ICollection<string> unreadable) =>
    [
        .. Folders(root)
            .SelectMany(folder => ModelFolder.Exists(folder) ? [folder] : Below(folder, unreadable))
            .Order(StringComparer.Ordinal)
            .Select(folder => Try(() => Read(folder), null, folder, unreadable))
            .OfType<FolderState>(),
    ];

    /// <summary>Reads it; null: the folder went away meanwhile.</summary>
    public static FolderState? Read(string folder)
    {
        try
        {
            var directory = new DirectoryInfo(folder);
            FileInfo[] files = [.. directory.EnumerateFiles().Where(file => file.Extension is ".json" or ".safetensors").OrderBy(file => file.Name, StringComparer.Ordinal)];
            return new FolderState(
                folder,
                string.Join('|', files.Select(file => FormattableString.Invariant($"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}"))),
                files.Select(file => file.LastWriteTimeUtc).Append(directory.LastWriteTimeUtc).Max());
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] Below(string folder, ICollection<string> unreadable) =>
        Try(() => Folders(folder).Where(ModelFolder.Exists).ToArray(), [], folder, unreadable);

    private static T Try<T>(Func<T> read, T otherwise, string folder, ICollection<string> unreadable)
    {
        try
        {
            return read();
        }
        catch (UnauthorizedAccessException)
        {
            unreadable.Add(folder);
            return otherwise;
        }
        catch (DirectoryNotFoundException)
        {
            return otherwise; // it went away meanwhile
        }
    }

    private static IEnumerable<string> Folders(string root) =>
        Directory.EnumerateDirectories(root).Where(folder => !Path.GetFileName(folder).StartsWith('.'));
}
