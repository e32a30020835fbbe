using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class HostileBrisqueModelTests
{
    /// <summary>What to replace in the model by what, and the line and problem that the error has to name.</summary>
    public static TheoryData<string, string, int, string> BadModels => new()
    {
        { "epsilon_svr", "c_svc", 1, "svm_type is 'c_svc'; epsilon_svr with kernel rbf can be read" },
        { "kernel_type rbf", "kernel_type polynomial", 2, "kernel_type is 'polynomial'" },
        { "kernel_type rbf", "kernel_type", 2, "a key and one value" },
        { "gamma 0.1", "gamma 0", 3, "gamma is '0', not above 0" },
        { "gamma 0.1", "gamma -1", 3, "not above 0" },
        { "gamma 0.1", "gamma NaN", 3, "gamma is 'NaN', not a finite number" },
        { "gamma 0.1", "gamma 0.1 0.2", 3, "a key and one value" },
        { "gamma 0.1\n", "", 7, "gamma is missing before SV" },
        { "gamma 0.1", "rho 1", 6, "rho comes twice" },
        { "nr_class 2", "nr_class 3", 4, "nr_class is '3', not a whole number from 2 to 2" },
        { "total_sv 2", "total_sv 3", 11, "the file ends before support vector 3 of 3" },
        { "total_sv 2", "total_sv 1", 10, "'-1.5e0' comes after the end" },
        { "total_sv 2", "total_sv 0", 5, "not a whole number from 1" },
        { "total_sv 2", "total_sv -2", 5, "not a whole number from 1" },
        { "total_sv 2", "total_sv 2147483647", 5, "to 65536" },
        { "rho -7", "rho 1e999", 6, "rho is '1e999', not a finite number" },
        { "rho -7", "rho 1,5", 6, "not a finite number" },
        { "probA 5.5", "degree 3", 7, "'degree' is not a key" },
        { "SV\n", "", 8, "a key and one value" },
        { "3 1:1 36:-2", "", 9, "support vector 1 of 2 should be here" },
        { "3 1:1 36:-2", "nan 1:1", 9, "the weight is 'nan'" },
        { "3 1:1 36:-2", "1:1 36:-2", 9, "the weight is '1:1'" },
        { "36:-2", "36:Infinity", 9, "value 36 is 'Infinity'" },
        { "36:-2", "36:", 9, "value 36 is ''" },
        { "36:-2", "37:-2", 9, "the index is '37', not a whole number from 1 to 36" },
        { "36:-2", "0:-2", 9, "the index is '0'" },
        { "36:-2", "1:-2", 9, "index 1 is not above the one before it" },
        { "36:-2", "-2", 9, "'-2' is not index:value" },
        { "-1.5e0 2:0.5\n", "-1.5e0 2:0.5\n0 1:1\n", 11, "'0' comes after the end" },
        { "36:-2", "1234567890123456789012345678901234567890123", 9, "'1234567890123456789012345678901234567890...'" },
    };

    /// <summary>The same for the ranges.</summary>
    public static TheoryData<string, string, int, string> BadRanges => new()
    {
        { "x\n", "y\n", 1, "begins with the line x" },
        { "-1 1\n", "1 -1\n", 2, "the common range is empty: 1 to -1" },
        { "-1 1\n", "-1\n", 2, "needs a least and a largest value" },
        { "-1 1\n", "", 2, "needs a least and a largest value" },
        { "\n2 0 1\n", "\n2 0 nan\n", 4, "feature 2 is 'nan', not a finite number" },
        { "\n2 0 1\n", "\n2 1 1\n", 4, "feature 2 is empty: 1 to 1" },
        { "\n2 0 1\n", "\n2 0 1 2\n", 4, "feature 2 needs a least and a largest value" },
        { "\n2 0 1\n", "\n", 4, "feature 2 of 36 should be here" },
        { "\n2 0 1\n", "\n\n", 4, "feature 2 of 36 should be here" },
        { "\n2 0 1\n", "\n0 0 1\n", 4, "the feature's number is '0', not a whole number from 1 to 36" },
        { "\n36 0 1\n", "\n", 38, "the file ends before feature 36" },
        { "\n36 0 1\n", "\n36 0 1\n37 0 1\n", 39, "'37' comes after the end" },
    };

    [Theory]
    [MemberData(nameof(BadModels))]
    public void Load_BadModel_IsRefused(string part, string replacement, int line, string problem)
    {
        using var folder = new BrisqueModelFolder(Replaced(BrisqueModelFolder.Model, part, replacement));

        RequireRefusal(folder, "allmodel", line, problem);
    }

    [Theory]
    [MemberData(nameof(BadRanges))]
    public void Load_BadRange_IsRefused(string part, string replacement, int line, string problem)
    {
        using var folder = new BrisqueModelFolder(range: Replaced(BrisqueModelFolder.Range, part, replacement));

        RequireRefusal(folder, "allrange", line, problem);
    }

    [Fact]
    public void Load_FileCutOffAnywhere_IsRefused()
    {
        foreach (int length in Enumerable.Range(0, BrisqueModelFolder.Model.Length))
        {
            using var folder = new BrisqueModelFolder(BrisqueModelFolder.Model[..length]);
            Assert.Throws<InvalidDataException>(() => BrisqueModel.Load(folder.FolderPath));
        }

        foreach (int length in Enumerable.Range(0, BrisqueModelFolder.Range.Length))
        {
            using var folder = new BrisqueModelFolder(range: BrisqueModelFolder.Range[..length]);
            Assert.Throws<InvalidDataException>(() => BrisqueModel.Load(folder.FolderPath));
        }
    }

    [Fact]
    public void Load_HugeFile_IsRefused()
    {
        using var folder = new BrisqueModelFolder();
        using (FileStream file = File.OpenWrite(Path.Combine(folder.FolderPath, "allmodel")))
        {
            file.SetLength((4 << 20) + 1);
        }

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => BrisqueModel.Load(folder.FolderPath));

        Assert.Contains("at most 4194304 are accepted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Bytes_AreRefused()
    {
        using var folder = new BrisqueModelFolder();
        string path = Path.Combine(folder.FolderPath, "allmodel");
        byte[] bytes = new byte[1000];
        for (int seed = 0; seed < 100; seed++)
        {
            new Random(seed).NextBytes(bytes);
            bytes[^1] = (byte)'\n';
            File.WriteAllBytes(path, bytes);
            Assert.Throws<InvalidDataException>(() => BrisqueModel.Load(folder.FolderPath));
        }
    }

    [Theory]
    [InlineData("allmodel")]
    [InlineData("allrange")]
    public void Load_MissingFile_IsNamed(string name)
    {
        using var folder = new BrisqueModelFolder();
        File.Delete(Path.Combine(folder.FolderPath, name));

        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => BrisqueModel.Load(folder.FolderPath));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private static string Replaced(string text, string part, string replacement)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        return text.Replace(part, replacement, StringComparison.Ordinal);
    }

    private static void RequireRefusal(BrisqueModelFolder folder, string file, int line, string problem)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => BrisqueModel.Load(folder.FolderPath));

        Assert.StartsWith($"{Path.Combine(folder.FolderPath, file)}:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
