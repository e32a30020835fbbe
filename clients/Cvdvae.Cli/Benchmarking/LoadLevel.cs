using System.Globalization;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>One load to measure under: so many calls at a time, or so many a second.</summary>
/// <param name="Concurrency">Calls at a time; null: a rate is kept instead.</param>
/// <param name="Rate">Calls a second; null: a concurrency is kept instead.</param>
internal sealed record LoadLevel(int? Concurrency, double? Rate)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Concurrency is { } calls ? $"{calls} at a time" : $"{Rate:0.###}/s")}");
}
