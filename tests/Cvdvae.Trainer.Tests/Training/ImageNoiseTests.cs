using Cvdvae.Model.Configuration;
using Cvdvae.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class ImageNoiseTests
{
    private const int Zdim = 4;
    private static readonly LatentGroup[] Groups = [.. TinyModels.Prior.Groups];

    [Fact]
    public void Of_ImagesTogetherAndApart_AreTheSameNumbers()
    {
        using var together = new ImageNoise([5, 7, 9], Groups, Zdim, CPU);
        using var apart = new ImageNoise([7], Groups, Zdim, CPU);
        foreach (LatentGroup group in Groups)
        {
            using Tensor all = together.Of(group.Index, zeros(3, Zdim, group.Resolution, group.Resolution));
            using Tensor one = apart.Of(group.Index, zeros(1, Zdim, group.Resolution, group.Resolution));

            Assert.Equal([3, Zdim, group.Resolution, group.Resolution], all.shape);
            Assert.True(all[1].equal(one[0]).all().item<bool>());
            Assert.False(all[0].equal(all[1]).all().item<bool>());
        }
    }

    [Fact]
    public void Of_LargestGroup_IsStandardNormalInTheTypeAskedFor()
    {
        using var noise = new ImageNoise([.. Enumerable.Range(0, 20).Select(seed => (long)seed)], Groups, Zdim, CPU);
        using Tensor numbers = noise.Of(Groups[^1].Index, zeros([20, Zdim, 16, 16], dtype: ScalarType.BFloat16));

        Assert.Equal(ScalarType.BFloat16, numbers.dtype);
        Assert.InRange(numbers.to(ScalarType.Float32).mean().item<float>(), -0.03f, 0.03f);
        Assert.InRange(numbers.to(ScalarType.Float32).std().item<float>(), 0.97f, 1.03f);
    }

    [Fact]
    public void IsMirrored_ManyImages_TakesAboutHalf()
    {
        using var noise = new ImageNoise([.. Enumerable.Range(0, 2000).Select(seed => (long)seed)], Groups.Take(1), Zdim, CPU);

        Assert.InRange(noise.IsMirrored.Average(mirrored => mirrored ? 1 : 0), 0.45, 0.55);
    }
}
