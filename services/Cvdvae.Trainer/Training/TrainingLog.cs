using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;

namespace Cvdvae.Trainer.Training;

/// <summary>The curves of a run: <c>log.csv</c> and <c>validation.csv</c>, and the same scalars for TensorBoard. Lines after the step that a run resumes from are dropped.</summary>
internal sealed class TrainingLog
{
    private readonly string _csv;
    private readonly string _validationCsv;
    private readonly SummaryWriter _board;
    private readonly Dictionary<string, double> _sums = [];
    private int _steps;
    private int _skipped;
    private double _largestNorm;
    private double _secondsBefore = double.NaN;

    public TrainingLog(string folder, long step)
    {
        _csv = Path.Combine(folder, "log.csv");
        _validationCsv = Path.Combine(folder, "validation.csv");
        DropAfter(_csv, step);
        DropAfter(_validationCsv, step);
        _board = torch.utils.tensorboard.SummaryWriter(Path.Combine(folder, "tensorboard"));
    }

    public void Add(TrainingState state, StepResult result)
    {
        if (double.IsNaN(_secondsBefore))
        {
            _secondsBefore = state.Seconds;
        }

        foreach ((string name, double value) in result.Losses)
        {
            _sums[name] = _sums.GetValueOrDefault(name) + value;
        }

        _largestNorm = Math.Max(_largestNorm, double.IsFinite(result.GradientNorm) ? result.GradientNorm : 0);
        _skipped += result.Skipped ? 1 : 0;
        _steps++;
    }

    /// <summary>Writes the means since the last line.</summary>
    public void Write(TrainingState state, double learningRate, int batch)
    {
        double rate = _steps * batch / Math.Max(1e-9, state.Seconds - _secondsBefore);
        List<(string Name, double Value)> values =
        [
            .. _sums.Select(sum => (sum.Key, sum.Value / _steps)),
            ("gradient_norm", _largestNorm), ("skipped", _skipped), ("learning_rate", learningRate), ("images_per_second", rate), ("hours", state.Seconds / 3600),
        ];
        WriteLine(_csv, "train", state.Step, values);
        _sums.Clear();
        (_steps, _skipped, _largestNorm, _secondsBefore) = (0, 0, 0, state.Seconds);
    }

    public void WriteValidation(TrainingState state, IReadOnlyList<(string Name, double Value)> losses) =>
        WriteLine(_validationCsv, "validation", state.Step, [.. losses, ("hours", state.Seconds / 3600)]);

    private static void DropAfter(string path, long step)
    {
        if (File.Exists(path))
        {
            string[] lines = File.ReadAllLines(path);
            File.WriteAllLines(path, lines.Where((line, index) =>
                index == 0 || (long.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out long at) && at <= step)));
        }
    }

    private void WriteLine(string path, string group, long step, List<(string Name, double Value)> values)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            File.WriteAllText(path, $"step,{string.Join(',', values.Select(value => value.Name))}\n");
        }

        File.AppendAllText(path, $"{step},{string.Join(',', values.Select(value => value.Value.ToString("G7", CultureInfo.InvariantCulture)))}\n");
        foreach ((string name, double value) in values)
        {
            _board.add_scalar($"{group}/{name}", (float)value, (int)step);
        }
    }
}
