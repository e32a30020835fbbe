using Cvdvae.Imaging;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Sampling;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

public sealed class PreviewFitterTests
{
    private static readonly PreviewFitOptions Options = new() { Samples = 60, Batch = 8, Seed = 5 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Fit_RandomPrior_GivesAHeadForEachResolutionBelowTheImage()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();

        using PreviewHeads heads = new PreviewFitter(decoder, Options).Fit(stop: Stop);

        Assert.Equal([1, 4, 8], heads.Resolutions);
        Assert.Equal([1, 4, 8], heads.Record.PsnrDb.Keys);
        Assert.Equal((60, 6, PixelSampling.Mean, 0.8f), (heads.Record.Samples, heads.Record.HeldOutSamples, heads.Record.PixelSampling, heads.Record.PriorTemperature));
    }

    [Theory]
    [InlineData(PixelSampling.Mean)]
    [InlineData(PixelSampling.Mode)]
    public void Fit_HeldOutQuality_EqualsThatOfThePreviewsImages(PixelSampling sampling)
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        PreviewFitOptions options = Options with { PixelSampling = sampling, OutputBias = 3 };
        using PreviewHeads heads = new PreviewFitter(decoder, options).Fit(stop: Stop);
        using IDisposable mode = inference_mode();
        using var scope = NewDisposeScope();
        var noise = new PhiloxNoise();
        DecodeRow[] rows = [.. Enumerable.Range(60, 6).Select(sample => new DecodeRow(5, (uint)sample, 1, 0.8f))];
        using var state = new DecodeState(rows);

        decoder.Advance(state, 4, noise);
        RgbImage previews = Tall(heads.Images(state.Features!));
        decoder.Advance(state, 5, noise);
        RgbImage final = Tall(new PixelOutput(5, 3).Images(decoder.PixelParameters(state.Features!), rows, sampling, noise));

        Assert.Equal(Psnr.Between(previews, AreaDownsample.Apply(final, 2)), heads.Record.PsnrDb[8], 0.05);
    }

    [Fact]
    public void Fit_RandomPrior_BeatsTheMeanColour()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        PreviewFitOptions options = Options with { Samples = 200 };
        using PreviewHeads heads = new PreviewFitter(decoder, options).Fit(stop: Stop);
        using var scope = NewDisposeScope();
        Tensor images = new PreviewWalk(decoder, options).Run(200, 20, (_, _) => { });
        Tensor wanted = AreaMeans.Of(images, 8);
        double variance = (wanted - wanted.mean([0, 1, 2])).square().mean().item<double>();

        Assert.True(variance > 4, "the samples should differ");
        double ofTheMean = 10 * Math.Log10(255 * 255 / variance);
        Assert.True(heads.Record.PsnrDb[8] > ofTheMean + 1, $"{heads.Record.PsnrDb[8]} dB, {ofTheMean} dB");
    }

    [Theory]
    [InlineData(1e20f)]
    [InlineData(float.PositiveInfinity)]
    public void Fit_SampleGrowsWithoutEnd_IsLeftOut(float latent)
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        using PreviewHeads tame = new PreviewFitter(decoder, Options with { Samples = 200 }).Fit(stop: Stop);

        using PreviewHeads heads = new PreviewFitter(decoder, Options with { Samples = 200 }, new WildNoise(17, latent)).Fit(stop: Stop);

        Assert.All(heads.Resolutions, resolution => Assert.Equal(tame.Record.PsnrDb[resolution], heads.Record.PsnrDb[resolution], 0.5));
    }

    [Fact]
    public void Fit_OtherBatchSize_GivesTheSameHeads()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        using PreviewHeads first = new PreviewFitter(decoder, Options).Fit(stop: Stop);
        using PreviewHeads second = new PreviewFitter(decoder, Options with { Batch = 7 }).Fit(stop: Stop);
        using var scope = NewDisposeScope();

        foreach ((int resolution, int width) in new[] { (1, 12), (4, 12), (8, 8) })
        {
            Tensor features = randn([2, width, resolution, resolution]);
            Tensor difference = first.Images(features).to(ScalarType.Int32) - second.Images(features).to(ScalarType.Int32);
            Assert.True(difference.abs().max().item<int>() <= 1);
            Assert.Equal(first.Record.PsnrDb[resolution], second.Record.PsnrDb[resolution], 0.05);
        }
    }

    [Fact]
    public void Fit_Progress_CountsEverySampleOnce()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        var fitter = new PreviewFitter(decoder, Options with { Batch = 32 });
        var seen = new List<int>();

        fitter.Fit(seen.Add, Stop).Dispose();

        Assert.Equal([32, 54, 60, 66], seen);
        Assert.Equal(66, fitter.SamplesInAll);
    }

    [Fact]
    public void Fit_Stopped_ThrowsAndLeavesNoTensor()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();
        var fitter = new PreviewFitter(decoder, Options);
        fitter.Fit(stop: Stop).Dispose();
        using var stop = new CancellationTokenSource();
        long before = LiveTensors.OnThisThread;

        Assert.Throws<OperationCanceledException>(() => fitter.Fit(done => { if (done >= 60) { stop.Cancel(); } }, stop.Token));

        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    [Fact]
    public void Constructor_StageOfADecoder_IsRefused()
    {
        using var stage = new TopDownDecoder(TinyPrior.Architecture, 0, 3);

        Assert.Throws<ArgumentException>(() => new PreviewFitter(stage, Options));
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_NamesTheOption()
    {
        using TopDownDecoder decoder = TinyPrior.Decoder();

        Assert.Contains("Samples", Assert.Throws<ArgumentOutOfRangeException>(() => new PreviewFitter(decoder, Options with { Samples = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("Batch", Assert.Throws<ArgumentOutOfRangeException>(() => new PreviewFitter(decoder, Options with { Batch = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("PriorTemperature", Assert.Throws<ArgumentOutOfRangeException>(() => new PreviewFitter(decoder, Options with { PriorTemperature = float.NaN })).Message, StringComparison.Ordinal);
    }

    /// <summary>A batch as one tall image: uint8 (B, H, W, 3).</summary>
    private static RgbImage Tall(Tensor levels) =>
        new((int)levels.shape[2], (int)(levels.shape[0] * levels.shape[1]), levels.contiguous().bytes.ToArray());
}
