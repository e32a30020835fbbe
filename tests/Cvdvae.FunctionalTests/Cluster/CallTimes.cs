using Cvdvae.LoadGenerator;
using Grpc.Core;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>What a load made of a cluster, without its first seconds.</summary>
internal sealed class CallTimes
{
    private const double WarmUp = 5000;

    public CallTimes(IReadOnlyList<CallRecord> records)
    {
        double begin = records.Min(record => record.Due) + WarmUp;
        double end = records.Max(record => record.Due);
        Seconds = (end - begin) / 1000;
        Due = [.. records.Where(record => record.Due >= begin)];
        Done = [.. Due.Where(record => record.Status == nameof(StatusCode.OK))];
        Refused = [.. Due.Where(record => record.Status == nameof(StatusCode.ResourceExhausted))];
        Goodput = records.Count(record => record.Status == nameof(StatusCode.OK) && record.Due + record.Ended >= begin && record.Due + record.Ended < end) / Seconds;
    }

    /// <summary>Time that is counted.</summary>
    public double Seconds { get; }

    /// <summary>Calls that were due then.</summary>
    public IReadOnlyList<CallRecord> Due { get; }

    /// <summary>Those that went well.</summary>
    public IReadOnlyList<CallRecord> Done { get; }

    /// <summary>Those that were refused because all is full.</summary>
    public IReadOnlyList<CallRecord> Refused { get; }

    /// <summary>Calls that ended well in a second.</summary>
    public double Goodput { get; }

    /// <summary>A percentile of times.</summary>
    /// <param name="times">The times, at least one.</param>
    /// <param name="share">0 to 1.</param>
    public static double Percentile(IEnumerable<double> times, double share)
    {
        double[] sorted = [.. times.Order()];
        return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
