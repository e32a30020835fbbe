using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Model.Tests.Weights;

public sealed class TemporaryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RemoveStale_FilesOfKilledAndLivingWriters_RemovesThoseOfTheKilled()
    {
        string killed = Old(TemporaryFile.NameFor(_folder["a.safetensors"]));
        string other = Old(TemporaryFile.NameFor(_folder["b.safetensors"]));
        string user = Old(_folder["a.safetensors.mine.tmp"]);
        string living = Old(TemporaryFile.NameFor(_folder["a.safetensors"]));
        string young = TemporaryFile.NameFor(_folder["a.safetensors"]);
        File.WriteAllText(young, "");
        using (new FileStream(living, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            TemporaryFile.RemoveStale(_folder["a.safetensors"]);
        }

        Assert.False(File.Exists(killed));
        Assert.All([other, user, living, young], file => Assert.True(File.Exists(file), file));
    }

    private static string Old(string path)
    {
        File.WriteAllText(path, "part");
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        return path;
    }
}
