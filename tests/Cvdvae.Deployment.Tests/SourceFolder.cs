using Cvdvae.TestUtils;

namespace Cvdvae.Deployment.Tests;

/// <summary>Folders of the source tree, copied to where a test may change them.</summary>
internal static class SourceFolder
{
    /// <summary>Copies a folder with all that is in it; files keep their modes.</summary>
    public static void Copy(string name, string target)
    {
        string source = Path.Combine(BuildOutput.Root, name);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
