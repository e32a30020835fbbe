using Cvdvae.Imaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Evaluation.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>The file that songhan/SqueezeNet-Deep-Compression publishes, which is not part of this project.</summary>
public sealed class RealSqueezeNetTests
{
    private const string Variable = "CVDVAE_SQUEEZENET";
    private static readonly string? File = Environment.GetEnvironmentVariable(Variable);

    public RealSqueezeNetTests()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(File), $"{Variable} does not name a compressed_SqueezeNet.net");
        TorchSetup.Apply();
    }

    [Fact]
    public void Features_OfImages_AreAlive()
    {
        using PerceptualDistance distance = PerceptualDistance.Load(File!, null);
        using PerceptualFeatures features = distance.Features([.. Enumerable.Range(0, 8).Select(seed => TinyModels.Disc(seed, 64, 64))]);

        Assert.Equal("perceptual distance (SqueezeNet 1.0, uncalibrated)", distance.Name);
        Assert.Equal([96, 128, 256, 384, 384, 512, 512], features.Layers.Select(layer => layer.shape[1]));
        Assert.All(features.Layers, layer =>
        {
            using var scope = NewDisposeScope();

            // Unit length at each place, and different images look different to a good part of the channels.
            Assert.Equal(1, layer.square().sum(1).min().item<float>(), 1e-4);
            Assert.Equal(1, layer.square().sum(1).max().item<float>(), 1e-4);
            double varying = layer.std(0).amax([1, 2]).IsAbove(0.01).to(ScalarType.Float32).mean().item<float>();
            Assert.InRange(varying, 0.3, 1);
        });
    }

    [Fact]
    public void Between_StrongerDistortion_IsFarther()
    {
        using PerceptualDistance distance = PerceptualDistance.Load(File!, null);
        RgbImage[] images = [.. Enumerable.Range(0, 8).Select(seed => TinyModels.Disc(seed, 64, 64))];

        double Mean(Func<RgbImage, int, RgbImage> change) => distance.Between(images, [.. images.Select(change)]).Average();

        double weakNoise = Mean((image, index) => Noisy(image, index, 4));
        double strongNoise = Mean((image, index) => Noisy(image, index, 40));
        double weakBlur = Mean((image, _) => Blurred(image, 2));
        double strongBlur = Mean((image, _) => Blurred(image, 8));
        TestContext.Current.TestOutputHelper?.WriteLine($"noise {weakNoise:F4} {strongNoise:F4}, blur {weakBlur:F4} {strongBlur:F4}");

        Assert.True(weakNoise < strongNoise);
        Assert.True(weakBlur < strongBlur);
        Assert.True(weakBlur > 0 && weakNoise > 0);
    }

    private static RgbImage Noisy(RgbImage image, int seed, int amplitude)
    {
        var random = new Random(seed);
        return new RgbImage(image.Width, image.Height, [.. image.Pixels.Select(level => (byte)Math.Clamp(level + random.Next(-amplitude, amplitude + 1), 0, 255))]);
    }

    private static RgbImage Blurred(RgbImage image, int factor) =>
        BicubicResizer.Resize(BicubicResizer.Resize(image, image.Width / factor, image.Height / factor), image.Width, image.Height);
}
