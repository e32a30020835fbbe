using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Evaluation;
using Cvdvae.Trainer.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation;

public sealed class SuperResolverTests
{
    [Fact]
    public void Draw_ImagesTogether_GivesEachWhatItGetsAlone()
    {
        using VdVae prior = TinyModels.NewPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        var resolver = new SuperResolver(encoder, prior.Decoder, PixelSampling.Mode);
        RgbImage[] lows = [.. Enumerable.Range(0, 3).Select(seed => TinyModels.Disc(seed, 4, 4))];
        using Tensor all = Pictures.ToLevels(lows, CPU);
        using Tensor last = Pictures.ToLevels([lows[2]], CPU);

        IReadOnlyList<IReadOnlyList<RgbImage>> together = resolver.Draw(all, 2, 0.8f, seed: 40);
        IReadOnlyList<IReadOnlyList<RgbImage>> alone = resolver.Draw(last, 2, 0.8f, seed: 42);

        Assert.Equal([2, 2, 2], together.Select(samples => samples.Count));
        Assert.True(Psnr.Between(together[2][1], alone[0][1]) > 48);
        Assert.NotEqual(together[2][0].Pixels, together[2][1].Pixels);
    }

    [Fact]
    public void Draw_Repeated_KeepsNoTensors()
    {
        using VdVae prior = TinyModels.NewPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        var resolver = new SuperResolver(encoder, prior.Decoder, PixelSampling.Mode);
        using Tensor levels = Pictures.ToLevels(TinyModels.Disc(0, 4, 4), CPU);
        resolver.Draw(levels, 2, 0.8f, seed: 0);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        resolver.Draw(levels, 2, 0.8f, seed: 1);

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
