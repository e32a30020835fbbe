namespace Cvdvae.Cli.Benchmarking;

/// <summary>The images that calls send in turn.</summary>
internal static class BenchImages
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>The bytes of files, and of the images in folders, in the order of their paths.</summary>
    /// <exception cref="IOException">A file is missing, or a folder has no image.</exception>
    public static IReadOnlyList<byte[]> Read(IEnumerable<string> paths) => [.. paths.SelectMany(Files).Select(File.ReadAllBytes)];

    private static string[] Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new FileNotFoundException($"{path}: holds no PNG, JPEG or WebP image");
    }
}
