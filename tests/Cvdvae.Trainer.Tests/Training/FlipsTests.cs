using Cvdvae.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class FlipsTests
{
    [Fact]
    public void Apply_ChosenImages_AreMirroredLeftToRight()
    {
        using Tensor levels = tensor([.. Enumerable.Range(0, 2 * 3 * 4 * 4).Select(i => (byte)i)], ScalarType.Byte).view(2, 3, 4, 4);
        using Tensor flipped = Flips.Apply(levels, [true, false]);

        for (int column = 0; column < 4; column++)
        {
            Assert.True(flipped[0, .., .., column].equal(levels[0, .., .., 3 - column]).all().item<bool>());
        }

        Assert.True(flipped[1].equal(levels[1]).all().item<bool>());
    }
}
