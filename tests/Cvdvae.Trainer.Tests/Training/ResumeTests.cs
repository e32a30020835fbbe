using Cvdvae.Model;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private const int Steps = 6;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_StoppedKilledAndResumed_EndsWhereAnUnbrokenOneDoes()
    {
        Run("unbroken", modelSeed: 1);

        using var stop = new CancellationTokenSource();
        Run("broken", modelSeed: 1, step =>
        {
            if (step == 3)
            {
                stop.Cancel();
            }
        }, stop);
        Assert.Throws<InvalidOperationException>(() => Run("broken", modelSeed: 2, step => Fail(step == 5)));
        Run("broken", modelSeed: 3);

        AssertSameCheckpoint(_folder["unbroken", "last.safetensors"], _folder["broken", "last.safetensors"]);
        Assert.Equal(Log("unbroken", "log.csv"), Log("broken", "log.csv"));
        Assert.Equal(Log("unbroken", "validation.csv"), Log("broken", "validation.csv"));
        Assert.Equal(Enumerable.Range(1, Steps).Select(step => $"{step}"), Log("broken", "log.csv").Skip(1).Select(line => line.Split(',')[0]));
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new InvalidOperationException("killed");
        }
    }

    private static void AssertSameCheckpoint(string expectedPath, string actualPath)
    {
        using SafetensorsFile expected = SafetensorsFile.Open(expectedPath);
        using SafetensorsFile actual = SafetensorsFile.Open(actualPath);
        Assert.Equal(["average", "first_moment", "second_moment", "values"], expected.Entries.Keys.Order());
        foreach (string name in expected.Entries.Keys)
        {
            using Tensor first = TorchTensors.Load(expected, name);
            using Tensor second = TorchTensors.Load(actual, name);
            Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
        }

        Assert.Equal(expected.Metadata["step"], actual.Metadata["step"]);
        Assert.Equal(expected.Metadata["updates"], actual.Metadata["updates"]);
        Assert.Equal(expected.Metadata["best_loss"], actual.Metadata["best_loss"]);
    }

    private void Run(string name, int modelSeed, Action<long>? stepped = null, CancellationTokenSource? stop = null)
    {
        using VdVae model = TinyModels.NewPrior(modelSeed);
        var task = new PriorTask(
            model,
            TinyModels.Discs(_folder["train"], 10),
            TinyModels.Discs(_folder["valid"], 4, firstSeed: 100),
            new ModelExport(_folder["model"], ScalarType.Float32, 4, null) { Replace = true },
            flips: true,
            CPU);
        var options = new TrainingOptions
        {
            RunFolder = _folder[name],
            Steps = Steps,
            Batch = 4,
            WarmupSteps = 2,
            ValidationSteps = 2,
            LogSteps = 1,
            ImageSteps = 1000,
        };
        using var run = new TrainingRun(task, options, TimeProvider.System);
        run.Run(new RecordingReporter(state => stepped?.Invoke(state.Step)), stop?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>A log without the columns that depend on the clock.</summary>
    private string[] Log(string name, string file)
    {
        string[][] lines = [.. File.ReadAllLines(_folder[name, file]).Select(line => line.Split(','))];
        int[] kept = [.. Enumerable.Range(0, lines[0].Length).Where(column => lines[0][column] is not ("images_per_second" or "hours"))];
        return [.. lines.Select(line => string.Join(',', kept.Select(column => line[column])))];
    }
}
