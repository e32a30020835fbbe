using Cvdvae.Imaging;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Evaluation.Perceptual;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

public sealed class PerceptualDistanceTests : IDisposable
{
    private static readonly int[] AlexNetChannels = [64, 192, 384, 256, 256];
    private static readonly int[] SqueezeNet11Channels = [64, 128, 256, 384, 384, 512, 512];
    private readonly TemporaryFolder _folder = new();

    public PerceptualDistanceTests() => TorchSetup.Apply();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Between_AlexNet_IsThePublishedDefinition(bool calibrated)
    {
        Dictionary<string, PlainTensor> weights = StateDicts.AlexNet();
        Dictionary<string, PlainTensor>? linear = calibrated ? StateDicts.Linear(2, AlexNetChannels) : null;
        using PerceptualDistance distance = Load(weights, linear);

        Assert.Equal(calibrated ? "LPIPS (AlexNet)" : "perceptual distance (AlexNet, uncalibrated)", distance.Name);
        AssertAgrees(distance, image => PlainNetwork.AlexNet(weights, PlainMap.Scaled(image)), linear, 47, 66);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Between_SqueezeNet11_IsThePublishedDefinition(bool calibrated)
    {
        Dictionary<string, PlainTensor> weights = StateDicts.SqueezeNet11();
        Dictionary<string, PlainTensor>? linear = calibrated ? StateDicts.Linear(2, SqueezeNet11Channels) : null;
        using PerceptualDistance distance = Load(weights, linear);

        Assert.Equal(calibrated ? "LPIPS (SqueezeNet 1.1)" : "perceptual distance (SqueezeNet 1.1, uncalibrated)", distance.Name);
        AssertAgrees(distance, image => PlainNetwork.SqueezeNet11(weights, PlainMap.Scaled(image)), linear, 50, 33);
    }

    [Fact]
    public void Between_Vgg16_IsThePublishedDefinition()
    {
        Dictionary<string, PlainTensor> weights = StateDicts.Vgg16();
        Dictionary<string, PlainTensor> linear = StateDicts.Linear(2, 64, 128, 256, 512, 512);
        using PerceptualDistance distance = Load(weights, linear);

        Assert.Equal("LPIPS (VGG-16)", distance.Name);
        AssertAgrees(distance, image => PlainNetwork.Vgg16(weights, PlainMap.Scaled(image)), linear, 18, 16, count: 2);
        Assert.Throws<ArgumentException>(() => distance.Features([TinyModels.Disc(1, 15, 16)]));
    }

    [Fact]
    public void Between_SqueezeNet10_IsThePublishedDefinition()
    {
        var file = new DeepCompressedWriter(1);
        File.WriteAllBytes(_folder["net"], file.Content);
        using PerceptualDistance distance = PerceptualDistance.Load(_folder["net"], null);

        Assert.Equal("perceptual distance (SqueezeNet 1.0, uncalibrated)", distance.Name);
        AssertAgrees(distance, image => PlainNetwork.SqueezeNet10(file.Tensors, PlainMap.MinusMean(image)), null, 54, 37);
    }

    [Fact]
    public void Between_AllWeightsOne_IsTheUncalibratedForm()
    {
        Dictionary<string, PlainTensor> linear = StateDicts.Linear(2, SqueezeNet11Channels);
        foreach (PlainTensor tensor in linear.Values)
        {
            tensor.Values.AsSpan().Fill(1);
        }

        using PerceptualDistance plain = Load(StateDicts.SqueezeNet11());
        using PerceptualDistance calibrated = Load(StateDicts.SqueezeNet11(), linear);

        Assert.Equal(plain.Between(Discs(0, 4), Discs(4, 4)), calibrated.Between(Discs(0, 4), Discs(4, 4)));
    }

    [Fact]
    public void Between_AnyImages_IsADistance()
    {
        using PerceptualDistance distance = Load(StateDicts.SqueezeNet11(), StateDicts.Linear(2, SqueezeNet11Channels));
        using PerceptualFeatures features = distance.Features(Discs(0, 6));

        for (int row = 0; row < features.Count; row++)
        {
            Assert.Equal(0, distance.Between(features, row, features, row));
            for (int other = 0; other < row; other++)
            {
                double between = distance.Between(features, row, features, other);
                Assert.InRange(between, 1e-3, 100);
                Assert.Equal(between, distance.Between(features, other, features, row));
            }
        }
    }

    [Fact]
    public void Between_NothingActive_IsFinite()
    {
        // A layer without direction anywhere.
        Dictionary<string, PlainTensor> weights = StateDicts.SqueezeNet11();
        weights["features.9.expand1x1.bias"].Values.AsSpan().Fill(-1e6f);
        weights["features.9.expand3x3.bias"].Values.AsSpan().Fill(-1e6f);
        using PerceptualDistance distance = Load(weights);

        Assert.Equal([0], distance.Between([new RgbImage(20, 20)], [new RgbImage(20, 20)]));
        Assert.True(double.IsFinite(distance.Between(Discs(0, 1), Discs(1, 1))[0]));
    }

    [Fact]
    public void Between_ManyImagesAtOnce_GivesWhatEachPairGives()
    {
        using PerceptualDistance distance = Load(StateDicts.SqueezeNet11());
        RgbImage[] first = Discs(0, 37);
        RgbImage[] second = Discs(100, 37);

        double[] together = distance.Between(first, second);

        Assert.Equal(37, together.Length);
        Assert.All(together, (between, index) => Assert.Equal(distance.Between([first[index]], [second[index]])[0], between, 1e-5));
        Assert.Empty(distance.Between(first[..0], second[..0]));
    }

    [Fact]
    public void Between_LevelsAsTensors_IsTheSameForEachType()
    {
        using PerceptualDistance distance = Load(StateDicts.SqueezeNet11());
        using Tensor first = randint(0, 256, [2, 3, 24, 20], ScalarType.Byte);
        using Tensor second = randint(0, 256, [2, 3, 24, 20], ScalarType.Byte);
        using Tensor real = first.to(ScalarType.Float32);
        using Tensor wide = second.to(ScalarType.Float64);

        Assert.Equal(distance.Between(first, second), distance.Between(real, wide));
        Assert.NotEqual(0, distance.Between(first, second)[0]);
    }

    [Theory]
    [InlineData("alex", 31)]
    [InlineData("squeeze", 17)]
    [InlineData("net", 21)]
    public void Features_SmallestSide_IsTheLeastThatPoolingLeavesSomethingOf(string kind, int side)
    {
        using PerceptualDistance distance = kind switch
        {
            "alex" => Load(StateDicts.AlexNet()),
            "squeeze" => Load(StateDicts.SqueezeNet11()),
            _ => LoadDeepCompressed(),
        };
        using PerceptualFeatures features = distance.Features([TinyModels.Disc(1, side, side)]);

        Assert.Equal((1, 1), (features.Layers[^1].shape[2], features.Layers[^1].shape[3]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => distance.Features([TinyModels.Disc(1, side, side - 1)]));
        Assert.Contains($"at least {side}x{side} pixels, not {side}x{side - 1}", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => features.Backbone.call(zeros(1, 3, side, side - 1)));
    }

    [Fact]
    public void Features_WrongImages_AreRefused()
    {
        using PerceptualDistance distance = Load(StateDicts.SqueezeNet11());
        using PerceptualDistance other = Load(StateDicts.SqueezeNet11());
        using PerceptualFeatures small = distance.Features(Discs(0, 2));
        using PerceptualFeatures large = distance.Features([TinyModels.Disc(0, 20, 40), TinyModels.Disc(1, 20, 40)]);
        using PerceptualFeatures three = distance.Features(Discs(0, 3));
        using PerceptualFeatures foreign = other.Features(Discs(0, 2));
        using Tensor grey = zeros(1, 1, 40, 40);

        Assert.Throws<ArgumentException>(() => distance.Features(grey));
        Assert.Throws<ArgumentException>(() => distance.Features([]));
        Assert.Throws<ArgumentException>(() => distance.Features([TinyModels.Disc(0, 20, 20), TinyModels.Disc(0, 20, 21)]));
        Assert.Throws<ArgumentException>(() => distance.Between(Discs(0, 1), Discs(0, 2)));
        Assert.Throws<ArgumentException>(() => distance.Between(small, large));
        Assert.Throws<ArgumentException>(() => distance.Between(small, three));
        Assert.Throws<ArgumentException>(() => distance.Between(small, foreign));
        Assert.Throws<ArgumentOutOfRangeException>(() => distance.Between(small, 2, three, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => distance.Between(small, 0, three, -1));
    }

    [Fact]
    public void Load_UseAndDispose_LeavesNoTensors()
    {
        string backbone = StateDicts.Write(_folder["backbone"], StateDicts.SqueezeNet11());
        string linear = StateDicts.Write(_folder["linear"], StateDicts.Linear(2, SqueezeNet11Channels));
        string foreign = StateDicts.Write(_folder["foreign"], StateDicts.Linear(2, AlexNetChannels));
        RgbImage[] images = Discs(0, 3);
        long before = LiveOnThisThread;

        using (PerceptualDistance distance = PerceptualDistance.Load(backbone, linear))
        {
            long loaded = LiveOnThisThread;
            distance.Between(images, images);
            using (PerceptualFeatures features = distance.Features(images))
            {
                distance.Between(features, 0, features, 1);
                Assert.Throws<ArgumentOutOfRangeException>(() => distance.Between(features, 0, features, 3));
            }

            Assert.Equal(loaded, LiveOnThisThread);
        }

        Assert.ThrowsAny<Exception>(() => PerceptualDistance.Load(backbone, foreign));
        Assert.ThrowsAny<Exception>(() => PerceptualDistance.Load(linear, null));
        Assert.Equal(before, LiveOnThisThread);
    }

    [Fact]
    public void Load_InADisposeScope_OutlivesIt()
    {
        RgbImage[] images = Discs(0, 2);
        PerceptualDistance distance;
        PerceptualFeatures features;
        using (NewDisposeScope())
        {
            distance = Load(StateDicts.SqueezeNet11(), StateDicts.Linear(2, SqueezeNet11Channels));
            features = distance.Features(images);
        }

        using (distance)
        using (features)
        {
            Assert.Equal(distance.Between(images[..1], images[1..])[0], distance.Between(features, 0, features, 1), 1e-5);
        }
    }

    private static long LiveOnThisThread => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private static RgbImage[] Discs(int seed, int count) => [.. Enumerable.Range(seed, count).Select(index => TinyModels.Disc(index, 24, 20))];

    /// <summary>Compares with the plain loops, in one batch: each image with the next.</summary>
    private static void AssertAgrees(
        PerceptualDistance distance, Func<RgbImage, IReadOnlyList<PlainMap>> network, Dictionary<string, PlainTensor>? linear, int width, int height, int count = 3)
    {
        RgbImage[] images = [.. Enumerable.Range(0, count).Select(seed => TinyModels.Disc(seed, width, height))];
        IReadOnlyList<PlainMap>[] maps = [.. images.Select(network)];
        double[] expected = [.. maps.Zip(maps.Skip(1), (one, other) => PlainDistance.Between(one, other, linear))];

        double[] actual = distance.Between(images[..^1], images[1..]);

        Assert.Equal(count - 1, actual.Length);
        Assert.All(expected, (value, index) => Assert.Equal(1, actual[index] / value, 1e-4));
    }

    private PerceptualDistance Load(Dictionary<string, PlainTensor> backbone, Dictionary<string, PlainTensor>? linear = null) => PerceptualDistance.Load(
        StateDicts.Write(_folder["backbone.safetensors"], backbone), linear is null ? null : StateDicts.Write(_folder["linear.safetensors"], linear));

    private PerceptualDistance LoadDeepCompressed()
    {
        File.WriteAllBytes(_folder["net"], new DeepCompressedWriter(1).Content);
        return PerceptualDistance.Load(_folder["net"], null);
    }
}
