namespace Cvdvae.Model.Weights.Bytes;

/// <summary>Tells files from what only looks like one.</summary>
internal static class RegularFile
{
    /// <summary>
    /// Whether something is there to be read, or nothing at all, which whoever opens it is told: opening a named pipe waits for its writer,
    /// for ever, and a device has no end. Both have the length 0, and none of our files has.
    /// </summary>
    public static bool IsReadable(string path) =>
        !File.Exists(path)
        || new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) is not { Exists: true, Length: 0 };
}
