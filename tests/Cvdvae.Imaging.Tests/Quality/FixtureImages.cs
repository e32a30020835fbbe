using Cvdvae.TestUtils;

namespace Cvdvae.Imaging.Tests.Quality;

/// <summary>The pictures that <c>make fixture-images</c> installs: faces of nobody, 256x256, from the npm package fake-avatars.</summary>
internal static class FixtureImages
{
    private static readonly string Folder =
        Path.Combine(BuildOutput.Root, "tests", "fixture-images", "node_modules", "fake-avatars", "avatars", "png");

    /// <summary>Reads one.</summary>
    /// <param name="name">The file's name, for example <c>0.png</c>.</param>
    /// <exception cref="FileNotFoundException">They are not installed.</exception>
    public static RgbImage Load(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path)
            ? ImageCodec.Decode(File.ReadAllBytes(path), ImageDecodeLimits.Default)
            : throw new FileNotFoundException($"{path} is missing: run make fixture-images, which needs Node.js and npm", path);
    }
}
