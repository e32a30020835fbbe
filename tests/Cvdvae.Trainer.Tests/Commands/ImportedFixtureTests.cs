using Cvdvae.TestUtils;
using Cvdvae.Trainer.Commands;
using Xunit;

namespace Cvdvae.Trainer.Tests.Commands;

/// <summary>The model folder that the services are tested with is what the import makes of the reference checkpoint.</summary>
public sealed class ImportedFixtureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Import_TinyCheckpoint_GivesTheModelFolderOfTheTests()
    {
        int status = await TrainerCommandLine.RunAsync(
            ["import", "--checkpoint", Fixture.Path("tiny-srvdvae.ckpt"), "--hparams", Fixture.Path("tiny-config.json"), "--output", _folder["tiny"]],
            TextWriter.Null,
            TextWriter.Null,
            TestContext.Current.CancellationToken);

        Assert.Equal(0, status);
        foreach (string file in (string[])["model.json", "prior.safetensors", "encoder-x4.safetensors"])
        {
            byte[] expected = await File.ReadAllBytesAsync(Fixture.Path(Path.Combine("tiny", file)), TestContext.Current.CancellationToken);
            byte[] actual = await File.ReadAllBytesAsync(_folder["tiny", file], TestContext.Current.CancellationToken);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{file} differs");
        }
    }

    public void Dispose() => _folder.Dispose();
}
