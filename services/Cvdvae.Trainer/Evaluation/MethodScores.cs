namespace Cvdvae.Trainer.Evaluation;

/// <summary>The figures of one way to enlarge images: a row of the table.</summary>
/// <param name="name">What to call it.</param>
/// <param name="networkEvaluations">Network evaluations for each sample.</param>
internal sealed class MethodScores(string name, int networkEvaluations)
{
    private readonly Dictionary<Metric, List<double>> _values = [];

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Network evaluations for each sample.</summary>
    public int NetworkEvaluations { get; } = networkEvaluations;

    /// <summary>What was measured, in the order of the first image.</summary>
    public IReadOnlyCollection<Metric> Metrics => _values.Keys;

    /// <summary>Adds the figures of the next image.</summary>
    public void Add(IEnumerable<KeyValuePair<Metric, double>> figures)
    {
        foreach ((Metric metric, double value) in figures)
        {
            if (!_values.TryGetValue(metric, out List<double>? values))
            {
                _values[metric] = values = [];
            }

            values.Add(value);
        }
    }

    /// <summary>The figures of all images, in their order; none: not measured.</summary>
    public IReadOnlyList<double> Of(Metric metric) => _values.TryGetValue(metric, out List<double>? values) ? values : [];

    /// <summary>Mean over the images; null: not measured.</summary>
    public double? Mean(Metric metric) => Of(metric) is { Count: > 0 } values ? values.Average() : null;

    /// <summary>Standard error of the mean over the images; null where there are fewer than two.</summary>
    public double? StandardError(Metric metric)
    {
        if (Of(metric) is not { Count: > 1 } values)
        {
            return null;
        }

        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return Math.Sqrt(variance / values.Count);
    }
}
