using Cvdvae.TestUtils;

namespace Cvdvae.Imaging.Tests.Quality;

/// <summary>A folder with a model of two support vectors, made for the tests: 0.5 of every feature is 0 to the vectors.</summary>
internal sealed class BrisqueModelFolder : IDisposable
{
    public const string Model =
        """
        svm_type epsilon_svr
        kernel_type rbf
        gamma 0.1
        nr_class 2
        total_sv 2
        rho -7
        probA 5.5
        SV
        3 1:1 36:-2
        -1.5e0 2:0.5

        """;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Writes the files.</summary>
    public BrisqueModelFolder(string model = Model, string? range = null)
    {
        File.WriteAllText(_folder.File("allmodel"), model);
        File.WriteAllText(_folder.File("allrange"), range ?? Range);
    }

    public static string Range { get; } = "x\n-1 1\n" + string.Concat(Enumerable.Range(1, 36).Select(feature => $"{feature} 0 1\n"));

    public string FolderPath => _folder.FolderPath;

    public void Dispose() => _folder.Dispose();
}
