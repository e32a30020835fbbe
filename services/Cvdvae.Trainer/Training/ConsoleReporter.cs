using System.Globalization;
using Spectre.Console;

namespace Cvdvae.Trainer.Training;

/// <summary>A progress line with rate and time left: redrawn in place on a terminal, a new line now and then elsewhere.</summary>
internal sealed class ConsoleReporter(TextWriter output, TimeProvider time) : ITrainingReporter
{
    private const int BarWidth = 24;
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan InFile = TimeSpan.FromSeconds(30);
    private TrainingOptions _options = null!;
    private TrainingState _start = TrainingState.Start;
    private double _loss = double.NaN;
    private int _skipped;
    private long _drawn;

    private bool IsTerminal => output == Console.Out && !Console.IsOutputRedirected;

    public void Started(TrainingState state, TrainingOptions options)
    {
        (_start, _options) = (state, options);
        output.WriteLine(state.Step == 0
            ? $"training in {options.RunFolder}, {options.Steps} steps of {options.StepImages} images{(options.Accumulate > 1 ? $", {options.Batch} at once" : "")}"
            : $"resuming in {options.RunFolder} at step {state.Step} of {options.Steps}");
    }

    public void Stepped(TrainingState state, StepResult result)
    {
        double loss = result.Losses[0].Value;
        _loss = double.IsNaN(_loss) ? loss : _loss + 0.02 * (loss - _loss);
        _skipped += result.Skipped ? 1 : 0;
        if (time.GetElapsedTime(_drawn) < (IsTerminal ? OnTerminal : InFile) && state.Step < _options.Steps)
        {
            return;
        }

        _drawn = time.GetTimestamp();
        double stepSeconds = (state.Seconds - _start.Seconds) / (state.Step - _start.Step);
        int filled = (int)(BarWidth * state.Step / _options.Steps);
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{new string('#', filled)}{new string('.', BarWidth - filled)} step {state.Step}/{_options.Steps}  loss {_loss:F4}  norm {result.GradientNorm:F2}  {_options.StepImages / stepSeconds:G3} images/s  {Left(stepSeconds * (_options.Steps - state.Step))} left{(_skipped > 0 ? $"  {_skipped} skipped" : "")}");
        output.Write(IsTerminal ? $"\r{line}  " : $"{line}\n");
    }

    public void Validated(TrainingState state, IReadOnlyList<(string Name, double Value)> losses)
    {
        string parts = string.Join("  ", losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Name} {loss.Value:F4}")));
        output.WriteLine($"{(IsTerminal ? "\r" : "")}step {state.Step}: validation  {parts}{(losses[0].Value <= state.BestLoss ? "  (best)" : "")}");
    }

    public void Ended(TrainingState state)
    {
        string spent = Left(state.Seconds);
        output.WriteLine($"{(IsTerminal ? "\n" : "")}{(state.Step < _options.Steps
            ? $"stopped at step {state.Step} of {_options.Steps}; the same command goes on from there"
            : $"done: {state.Step} steps in {spent}")}");
    }

    private static string Left(double seconds)
    {
        TimeSpan left = TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
        return left.TotalHours >= 1 ? $"{(int)left.TotalHours} h {left.Minutes:D2} min" : $"{left.Minutes} min {left.Seconds:D2} s";
    }
}
