using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class PriorTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_SixtySteps_LowersTheBoundAndImprovesReconstructions()
    {
        using VdVae model = TinyModels.NewPrior();
        RgbImage image = TinyModels.Disc(3);
        double before = Psnr.Between(image, Reconstruct(model, image, Reconstruction.Mean));
        var reporter = new RecordingReporter();
        using (var run = new TrainingRun(NewTask(model), new TrainingOptions { RunFolder = _folder["run"], Steps = 60, LearningRate = 5e-3, WarmupSteps = 5, ValidationSteps = 20 }, TimeProvider.System))
        {
            run.Run(reporter, TestContext.Current.CancellationToken);
        }

        Assert.True(reporter.Losses.TakeLast(10).Average() < reporter.Losses[0] - 0.5, $"from {reporter.Losses[0]} to {reporter.Losses[^1]}");
        Assert.True(reporter.Validations[^1] < reporter.Validations[0]);
        Assert.True(Psnr.Between(image, Reconstruct(model, image, Reconstruction.Mean)) > before + 1);
        Assert.True(File.Exists(_folder["run", "images", "step-0000060.png"]));
    }

    [Fact]
    public void Of_DrawnLatents_DependOnTheSeedAlone()
    {
        using VdVae model = TinyModels.NewPrior();
        RgbImage image = TinyModels.Disc(3);

        byte[] first = Reconstruct(model, image, new DecodeRow(1, 0, 1, 1)).Pixels;
        byte[] again = Reconstruct(model, image, new DecodeRow(1, 0, 1, 1)).Pixels;
        byte[] other = Reconstruct(model, image, new DecodeRow(2, 0, 1, 1)).Pixels;

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void New_ImagesOfAnotherSize_Throws()
    {
        using var model = new VdVae(new PriorArchitecture(TinyModels.Prior.Hyperparameters with { ImageSize = 8, EncBlocks = "8x1,8d8,1x1", DecBlocks = "1x1,8m1" }));

        var error = Assert.Throws<InvalidHyperparametersException>(() => NewTask(model));

        Assert.Equal("image_size", error.Field);
    }

    [Fact]
    public void Learn_BlocksComputedTwice_GivesTheGradientOfTheBound()
    {
        using VdVae model = TinyModels.NewPrior();
        ITrainingTask kept = NewTask(model);
        ITrainingTask again = NewTask(model, new Computation(ScalarType.Float32, Recompute: true));
        double[] losses = [];
        using Tensor expected = Gradients.Of(model, () => losses = [.. kept.Learn([0, 1, 2], [5, 6, 7], 0.5).Select(loss => (double)loss.Value.item<float>())]);
        double[] recomputed = [];
        using Tensor actual = Gradients.Of(model, () => recomputed = [.. again.Learn([0, 1, 2], [5, 6, 7], 0.5).Select(loss => (double)loss.Value.item<float>())]);

        Gradients.AssertClose(expected, actual);
        Assert.All(losses.Zip(recomputed), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Run_InBFloat16_ComesCloseToFloat32WithWeightsInFloat32()
    {
        double[] Train(string run, Computation computation)
        {
            using VdVae model = TinyModels.NewPrior();
            var reporter = new RecordingReporter();
            using var training = new TrainingRun(
                NewTask(model, computation), new TrainingOptions { RunFolder = _folder[run], Steps = 60, LearningRate = 5e-3, WarmupSteps = 5 }, TimeProvider.System);
            training.Run(reporter, TestContext.Current.CancellationToken);
            Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
            return [.. reporter.Losses];
        }

        double[] single = Train("fp32", Computation.Default);
        double[] half = Train("bf16", new Computation(ScalarType.BFloat16, Recompute: true));

        double lowered = single[0] - single.TakeLast(10).Average();
        Assert.NotEqual(single, half);
        Assert.InRange(half.TakeLast(10).Average() - single.TakeLast(10).Average(), -0.1 * lowered, 0.1 * lowered);
    }

    private static RgbImage Reconstruct(VdVae model, RgbImage image, DecodeRow row)
    {
        using Tensor levels = Pictures.ToLevels(image, CPU);
        return Reconstruction.Of(model, levels, [row], PixelSampling.Mean)[0];
    }

    private PriorTask NewTask(VdVae model, Computation? computation = null) => new(
        model,
        TinyModels.Discs(_folder["train"], 32),
        TinyModels.Discs(_folder["valid"], 8, firstSeed: 100),
        new ModelExport(_folder["model"], ScalarType.Float32, 8, null) { Replace = true },
        flips: true,
        CPU,
        computation);
}
