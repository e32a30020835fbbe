using System.Globalization;

namespace Cvdvae.Benchmarks;

/// <summary>Times of one thing over several runs.</summary>
internal sealed class Statistic
{
    private readonly List<double> _values = [];

    /// <summary>The values in the order in which they came.</summary>
    public IReadOnlyList<double> Values => _values;

    public double Median => _values.Count == 0 ? double.NaN : _values.Order().ElementAt(_values.Count / 2);

    public static Statistic Of(IEnumerable<double> values)
    {
        var statistic = new Statistic();
        statistic.AddRange(values);
        return statistic;
    }

    /// <summary>The smallest value that at least <paramref name="percent"/> of the values don't exceed.</summary>
    public double Percentile(double percent) => _values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(percent / 100 * _values.Count) - 1));

    public void Add(double value) => _values.Add(value);

    public void AddRange(IEnumerable<double> values) => _values.AddRange(values);

    /// <summary>Median, with the smallest and the largest.</summary>
    public override string ToString() => _values.Count == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{Median:F0} ({_values.Min():F0}-{_values.Max():F0})");
}
