namespace Cvdvae.Benchmarks;

/// <summary>The files beside this program: measurements of the official programs, hyper-parameters.</summary>
internal static class Scripts
{
    private const string Folder = "tests/Cvdvae.Benchmarks/official";

    /// <summary>A file of the folder <c>official</c>; the program runs in the repository's root.</summary>
    /// <exception cref="FileNotFoundException">There is none: it was started elsewhere.</exception>
    public static string Path(string name)
    {
        string path = System.IO.Path.Combine(Folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; start the benchmarks in the repository's root");
    }
}
