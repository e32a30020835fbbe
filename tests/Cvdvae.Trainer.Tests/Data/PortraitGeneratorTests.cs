using Cvdvae.Trainer.Data;
using Xunit;

namespace Cvdvae.Trainer.Tests.Data;

public sealed class PortraitGeneratorTests
{
    [Fact]
    public void Draw_MissingProgram_ThrowsWithItsPath()
    {
        var error = Assert.Throws<FileNotFoundException>(() => new PortraitGenerator("nowhere/generate.mjs").Draw("test", 0, 1, 16).Count());

        Assert.Contains("nowhere/generate.mjs", error.Message, StringComparison.Ordinal);
    }
}
