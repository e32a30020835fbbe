using Cvdvae.Model;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class EncoderTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_SixtySteps_LowersTheDivergence(bool mean)
    {
        using VdVae prior = TrainedPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        var reporter = new RecordingReporter();
        using (var run = new TrainingRun(NewTask(prior, encoder, mean ? GroupLoss.Mean : GroupLoss.Sum), Options("encoder", 60), TimeProvider.System))
        {
            run.Run(reporter, TestContext.Current.CancellationToken);
        }

        Assert.Equal(mean ? "kl_mean" : "kl_sum", reporter.Results[0].Losses[0].Name);
        Assert.True(reporter.Losses.TakeLast(10).Average() < 0.7 * reporter.Losses.Take(3).Average(), $"from {reporter.Losses[0]} to {reporter.Losses[^1]}");
        Assert.Equal([4], ModelFolder.Open(_folder["model"]).Manifest.Encoders.Keys);
    }

    [Fact]
    public void Losses_Backward_ReachTheEncoderAlone()
    {
        using VdVae prior = TinyModels.NewPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        NewTask(prior, encoder, GroupLoss.Sum).Losses([0, 1, 2], [5, 6, 7], validation: false)[0].Value.backward();

        Assert.All(prior.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.All(encoder.named_parameters(), entry =>
        {
            Assert.True(entry.name.StartsWith("encoder_y.", StringComparison.Ordinal) || entry.name.Contains(".enc_y.", StringComparison.Ordinal), entry.name);
            Assert.NotNull(entry.parameter.grad);
        });
        Assert.Contains(encoder.named_parameters(), entry => entry.name.StartsWith("encoder_y.", StringComparison.Ordinal) && entry.parameter.grad!.abs().sum().item<float>() > 0);
        Assert.Contains(encoder.named_parameters(), entry => entry.name.Contains(".enc_y.", StringComparison.Ordinal) && entry.parameter.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Losses_SumAndMean_WeighGroupsByTheirLatents()
    {
        using VdVae prior = TinyModels.NewPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        EncoderTask task = NewTask(prior, encoder, GroupLoss.Sum);
        Dictionary<string, float> losses = task.Losses([0, 1], [8, 9], validation: true).ToDictionary(loss => loss.Name, loss => loss.Value.item<float>());

        // Three groups: one of 4 latents, two of 64.
        Assert.InRange(losses["kl_sum"], 4 * losses["kl_mean"], 64 * losses["kl_mean"]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Learn_GroupByGroup_GivesTheGradientOfTheLosses(bool recompute, bool mean)
    {
        using VdVae prior = TrainedPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        EncoderTask task = NewTask(prior, encoder, mean ? GroupLoss.Mean : GroupLoss.Sum, new Computation(ScalarType.Float32, recompute));
        using Tensor whole = Gradients.Of(encoder, () => task.Losses([0, 1, 2], [5, 6, 7], validation: false)[0].Value.Times(0.25).backward());
        Tensor loss = zeros(0);
        using Tensor parts = Gradients.Of(encoder, () => loss = task.Learn([0, 1, 2], [5, 6, 7], 0.25)[0].Value);

        Assert.True(whole.norm().item<float>() > 0);
        Gradients.AssertClose(whole, parts);
        Assert.Equal(task.Losses([0, 1, 2], [5, 6, 7], validation: false)[0].Value.item<float>(), loss.item<float>(), 1e-4 * Math.Abs(loss.item<float>()));
    }

    [Theory]
    [InlineData(1, 12)]
    [InlineData(4, 3)]
    public void Run_BatchInParts_IsOneBatchToRounding(int batch, int accumulate)
    {
        (Tensor Weights, double[] Losses) whole = Train("whole", options => options with { Batch = 12 });
        (Tensor Weights, double[] Losses) parts = Train($"parts-{batch}", options => options with { Batch = batch, Accumulate = accumulate });

        Assert.All(whole.Losses.Zip(parts.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Abs(pair.First)));
        Assert.True((whole.Weights - parts.Weights).abs().max().item<float>() < 1e-4f * whole.Weights.abs().max().item<float>());
    }

    [Fact]
    public void Run_InBFloat16_ComesCloseToFloat32WithWeightsInFloat32()
    {
        (Tensor Weights, double[] Losses) single = Train("fp32", options => options with { Steps = 60 });
        (Tensor Weights, double[] Losses) half = Train("bf16", options => options with { Steps = 60 }, new Computation(ScalarType.BFloat16, Recompute: false));

        Assert.Equal(ScalarType.Float32, half.Weights.dtype);
        Assert.NotEqual(single.Losses, half.Losses);
        double lowered = single.Losses[0] - single.Losses.TakeLast(10).Average();
        Assert.True(lowered > 0);
        Assert.InRange(half.Losses.TakeLast(10).Average(), single.Losses.TakeLast(10).Average() - (0.1 * lowered), single.Losses.TakeLast(10).Average() + (0.1 * lowered));
    }

    private (Tensor Weights, double[] Losses) Train(string name, Func<TrainingOptions, TrainingOptions> change, Computation? computation = null)
    {
        using VdVae prior = TrainedPrior();
        using LowResEncoder encoder = TinyModels.NewEncoder();
        var reporter = new RecordingReporter();
        using var run = new TrainingRun(NewTask(prior, encoder, GroupLoss.Sum, computation), change(Options(name, 4)), TimeProvider.System);
        run.Run(reporter, TestContext.Current.CancellationToken);
        return (cat([.. encoder.parameters().Select(parameter => parameter.detach().clone().view(-1))]), [.. reporter.Losses]);
    }

    private VdVae TrainedPrior()
    {
        VdVae prior = TinyModels.NewPrior();
        var task = new PriorTask(prior, TinyModels.Discs(_folder["train"], 32), TinyModels.Discs(_folder["valid"], 8, 100), NewExport(), flips: false, CPU);
        using var run = new TrainingRun(task, Options("prior", 60), TimeProvider.System);
        run.Run(new RecordingReporter(), TestContext.Current.CancellationToken);
        return prior;
    }

    private EncoderTask NewTask(VdVae prior, LowResEncoder encoder, GroupLoss loss, Computation? computation = null) => new(
        prior, encoder, TinyModels.Discs(_folder["train"], 32), TinyModels.Discs(_folder["valid"], 8, 100), NewExport(), loss, flips: true, CPU, computation);

    private ModelExport NewExport() => new(_folder["model"], ScalarType.Float32, 8, null) { Replace = true };

    private TrainingOptions Options(string run, long steps) =>
        new() { RunFolder = _folder[run], Steps = steps, LearningRate = 5e-3, WarmupSteps = 5, GradientClip = 0, SkipThreshold = 0, ImageSteps = 1000, ValidationSteps = 1000 };
}
