using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Optimization;
using Cvdvae.Trainer.Plots;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>
/// Trains a task step by step and can be stopped and resumed at any moment: what is random in a step depends on the seed and its number alone, and the
/// last checkpoint is always whole.
/// </summary>
internal sealed class TrainingRun : IDisposable
{
    private const string BestName = "best.safetensors";
    private const int MostBadSteps = 20;
    private readonly ITrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly FlatParameters _parameters;
    private readonly AdamW _optimizer;
    private readonly Tensor _average;
    private readonly Checkpoint _last;
    private readonly Checkpoint _best;
    private readonly BatchSchedule _schedule;
    private readonly TimeProvider _time;
    private int _badSteps;

    public TrainingRun(ITrainingTask task, TrainingOptions options, TimeProvider time)
    {
        (_task, _options, _time) = (task, options, time);
        Directory.CreateDirectory(options.RunFolder);
        foreach (string name in (string[])[Checkpoint.LastName, BestName])
        {
            TemporaryFile.RemoveStale(Path.Combine(options.RunFolder, name));
        }

        _parameters = new FlatParameters(task.Module);
        _optimizer = new AdamW(_parameters, options.Beta1, options.Beta2, options.WeightDecay);
        _average = _parameters.Values.clone().DetachFromDisposeScope();
        _last = new Checkpoint(Path.Combine(options.RunFolder, Checkpoint.LastName), _optimizer, _average);
        _best = new Checkpoint(Path.Combine(options.RunFolder, BestName), _optimizer, _average);
        _schedule = new BatchSchedule(task.ImageCount, options.StepImages, options.Seed);
    }

    /// <summary>Where the run stands.</summary>
    public TrainingState State { get; private set; } = TrainingState.Start;

    /// <summary>Runs until the last step or until <paramref name="stop"/>, then saves.</summary>
    /// <exception cref="TrainingFailedException">The loss or the gradient is not a finite number in many steps on end.</exception>
    public void Run(ITrainingReporter reporter, CancellationToken stop)
    {
        if (_last.Exists)
        {
            State = _last.Load();
        }

        var log = new TrainingLog(_options.RunFolder, State.Step);
        reporter.Started(State, _options);
        long saved = _time.GetTimestamp();
        while (State.Step < _options.Steps && !stop.IsCancellationRequested)
        {
            long started = _time.GetTimestamp();
            StepResult result = Step(State.Step);
            State = State with { Step = State.Step + 1, Seconds = State.Seconds + _time.GetElapsedTime(started).TotalSeconds };
            log.Add(State, result);
            reporter.Stepped(State, result);
            if (State.Step % _options.LogSteps == 0 || State.Step == _options.Steps)
            {
                log.Write(State, _options.LearningRateAt(State.Step), _options.StepImages);
            }

            if (State.Step % _options.ValidationSteps == 0 || State.Step == _options.Steps)
            {
                Validate(log, reporter);
            }

            if (State.Step % _options.ImageSteps == 0 || State.Step == _options.Steps)
            {
                WithAverage(() => _task.WriteImages(Path.Combine(_options.RunFolder, "images", $"step-{State.Step:D7}.png")));
            }

            if (_time.GetElapsedTime(saved).TotalMinutes >= _options.CheckpointMinutes)
            {
                _last.Save(State);
                saved = _time.GetTimestamp();
            }
        }

        _last.Save(State);
        WithAverage(() => _task.Export(State));
        reporter.Ended(State);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _average.Dispose();
    }

    private StepResult Step(long step)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(_schedule.StepSeed(step));
        _parameters.Gradients.zero_();
        (string Name, double Value)[] losses = Learn(step);
        double norm = _parameters.Gradients.norm().item<float>();
        bool finite = double.IsFinite(norm) && losses.All(loss => double.IsFinite(loss.Value));
        bool skipped = !finite || (_options.SkipThreshold > 0 && norm >= _options.SkipThreshold);
        _badSteps = finite ? 0 : _badSteps + 1;
        if (_badSteps >= MostBadSteps)
        {
            throw new TrainingFailedException(
                $"step {step}: the loss or its gradient was not a finite number {MostBadSteps} times on end; lower --learning-rate and go on from the last checkpoint");
        }

        if (!skipped)
        {
            double factor = _options.GradientClip > 0 ? Math.Min(1, _options.GradientClip / (norm + 1e-6)) : 1;
            _optimizer.Step(_options.LearningRateAt(step), factor);
            using IDisposable mode = no_grad();
            _average.lerp_(_parameters.Values, 1 - _options.EmaRateAt(_optimizer.Updates));
        }

        return new StepResult(losses, norm, skipped);
    }

    /// <summary>Adds up the gradients of a step's images, batch by batch, and gives their mean losses.</summary>
    private (string Name, double Value)[] Learn(long step)
    {
        var means = new Dictionary<string, double>();
        int row = 0;
        foreach (int[] indices in _schedule.Indices(step).Chunk(_options.Batch))
        {
            using DisposeScope scope = NewDisposeScope();
            long[] seeds = [.. indices.Select(_ => _schedule.ImageSeed(step, row++))];
            foreach ((string name, Tensor value) in _task.Learn(indices, seeds, 1.0 / _options.Accumulate))
            {
                means[name] = means.GetValueOrDefault(name) + ((double)value.item<float>() / _options.Accumulate);
            }
        }

        return [.. means.Select(mean => (mean.Key, mean.Value))];
    }

    private void Validate(TrainingLog log, ITrainingReporter reporter) => WithAverage(() =>
    {
        var sums = new Dictionary<string, double>();
        int count = Math.Min(_options.ValidationImages, _task.ValidationCount);
        using IDisposable mode = no_grad();
        random.manual_seed(_options.Seed);
        for (int first = 0; first < count; first += _options.Batch)
        {
            using DisposeScope scope = NewDisposeScope();
            int[] indices = [.. Enumerable.Range(first, Math.Min(_options.Batch, count - first))];
            foreach ((string name, Tensor value) in _task.Losses(indices, [.. indices.Select(_schedule.ValidationSeed)], validation: true))
            {
                sums[name] = sums.GetValueOrDefault(name) + value.item<float>() * indices.Length;
            }
        }

        (string Name, double Value)[] means = [.. sums.Select(sum => (sum.Key, sum.Value / count))];
        double loss = means[0].Value;
        bool best = loss < State.BestLoss;
        State = State with { LastValidation = loss, BestLoss = Math.Min(loss, State.BestLoss) };
        log.WriteValidation(State, means);
        LossCurve.Draw(_options.RunFolder);
        reporter.Validated(State, means);
        if (best)
        {
            _best.Save(State);
        }
    });

    /// <summary>Does something with the moving average in place of the parameters.</summary>
    private void WithAverage(Action action)
    {
        using IDisposable mode = no_grad();
        using Tensor own = _parameters.Values.clone().DetachFromDisposeScope();
        _parameters.Values.copy_(_average);
        try
        {
            action();
        }
        finally
        {
            _parameters.Values.copy_(own);
        }
    }
}
