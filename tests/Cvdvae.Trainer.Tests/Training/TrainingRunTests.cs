using Cvdvae.TestUtils;
using Cvdvae.Trainer.Training;
using Xunit;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_EasyTask_LearnsItAndExports()
    {
        var reporter = new RecordingReporter();
        var task = new LineTask();
        Run(task, Options(steps: 300), reporter);

        Assert.InRange(reporter.Losses[^1], 0, 0.02 * reporter.Losses[0]);
        Assert.InRange(reporter.Validations[^1], 0, 0.02 * reporter.Validations[0]);
        Assert.Equal(1, task.Exports);
        Assert.Equal(300, reporter.EndedAt!.Step);
        Assert.True(File.Exists(_folder["best.safetensors"]));
    }

    [Fact]
    public void Run_NotANumberNowAndThen_SkipsTheUpdates()
    {
        var reporter = new RecordingReporter();
        Run(new LineTask(step => step % 3 == 1 ? double.NaN : 1), Options(steps: 120), reporter);

        Assert.Equal(Enumerable.Range(0, 120).Select(step => step % 3 == 1), reporter.Results.Select(result => result.Skipped));
        Assert.True(double.IsFinite(reporter.Validations[^1]));
        Assert.True(reporter.Validations[^1] < reporter.Validations[0]);
    }

    [Fact]
    public void Run_NotANumberOnEnd_FailsAfterTwentySteps()
    {
        var reporter = new RecordingReporter();
        var error = Assert.Throws<TrainingFailedException>(() => Run(new LineTask(step => step < 5 ? 1 : double.NaN), Options(steps: 120), reporter));

        Assert.Equal(5 + 19, reporter.Results.Count);
        Assert.Contains("step 24", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LargeGradient_IsSkippedFromTheThresholdAndClippedBelow()
    {
        var reporter = new RecordingReporter();
        Run(new LineTask(step => step == 1 ? 1e6 : 1), Options(steps: 3) with { SkipThreshold = 1000, GradientClip = 1e-3 }, reporter);

        Assert.Equal([false, true, false], reporter.Results.Select(result => result.Skipped));
        Assert.True(reporter.Results[1].GradientNorm > 1000);
    }

    [Fact]
    public void Run_StoppedBeforeTheEnd_SavesAndExportsAndSaysWhere()
    {
        using var stop = new CancellationTokenSource();
        var task = new LineTask();
        var reporter = new RecordingReporter(state =>
        {
            if (state.Step == 7)
            {
                stop.Cancel();
            }
        });
        Run(task, Options(steps: 100), reporter, stop);

        Assert.Equal(7, reporter.EndedAt!.Step);
        Assert.Equal(1, task.Exports);
        Assert.True(File.Exists(_folder["last.safetensors"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(150)]
    public void Run_CutCheckpoint_FailsAndNamesIt(int bytes)
    {
        Run(new LineTask(), Options(steps: 2));
        byte[] whole = File.ReadAllBytes(_folder["last.safetensors"]);
        File.WriteAllBytes(_folder["last.safetensors"], whole[..bytes]);

        var error = Assert.Throws<TrainingFailedException>(() => Run(new LineTask(), Options(steps: 4)));

        Assert.Contains("last.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("best.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LeftoverOfAnInterruptedSave_GoesOnFromTheLastWholeCheckpoint()
    {
        Run(new LineTask(), Options(steps: 2));
        File.WriteAllText(_folder["last.safetensors.abc.tmp"], "half");
        var reporter = new RecordingReporter();
        Run(new LineTask(), Options(steps: 5), reporter);

        Assert.Equal(3, reporter.Results.Count);
    }

    private static void Run(LineTask task, TrainingOptions options, RecordingReporter? reporter = null, CancellationTokenSource? stop = null)
    {
        using var run = new TrainingRun(task, options, TimeProvider.System);
        run.Run(reporter ?? new RecordingReporter(), stop?.Token ?? TestContext.Current.CancellationToken);
    }

    private TrainingOptions Options(long steps) => new()
    {
        RunFolder = _folder[""],
        Steps = steps,
        LearningRate = 0.05,
        WarmupSteps = 0,
        EmaRate = 0.5,
        ValidationSteps = 20,
    };
}
