namespace Cvdvae.TestUtils;

/// <summary>The reference files that tests compare with, copied beside the tests.</summary>
public static class Fixture
{
    /// <summary>The path of a fixture.</summary>
    /// <param name="name">The file's name in the folder Fixtures.</param>
    /// <exception cref="FileNotFoundException">There is no such fixture.</exception>
    public static string Path(string name)
    {
        string path = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"there is no fixture '{name}'", path);
    }
}
