namespace Cvdvae.Gateway.Security;

/// <summary>What a caller may do at this gateway; every gateway counts for itself.</summary>
public sealed record QuotaOptions
{
    private const double MostPerSecond = 1_000_000;
    private const int MostAtOnce = 1_000_000;
    private const int MostCalls = 100_000;

    /// <summary>
    /// Cost of Upscale calls a second in the long run, 0 to 1,000,000; 0: no limit. A sample of at most 64x64 pixels costs 1, a larger one as many times that as it has
    /// pixels.
    /// </summary>
    public double CostPerSecond { get; set; }

    /// <summary>Cost that may be spent at once after a pause, 1 to 1,000,000; so the most that a call may cost. Counts where <see cref="CostPerSecond"/> is set.</summary>
    public int CostBurst { get; set; } = 256;

    /// <summary>Calls a second in the long run, 0 to 1,000,000; 0: no limit.</summary>
    public double RequestsPerSecond { get; set; }

    /// <summary>Calls that may be made at once after a pause, 1 to 1,000,000. Counts where <see cref="RequestsPerSecond"/> is set.</summary>
    public int RequestBurst { get; set; } = 16;

    /// <summary>Most calls at once, 0 to 100,000; 0: no limit but that of the gateway.</summary>
    public int MaxConcurrentCalls { get; set; } = 256;

    /// <summary>What is out of range.</summary>
    /// <param name="name">Name of the quota, for the messages.</param>
    internal IEnumerable<string> Problems(string name)
    {
        // Written so that NaN is out of range too.
        if (!(CostPerSecond is >= 0 and <= MostPerSecond))
        {
            yield return $"{name}:{nameof(CostPerSecond)}: {CostPerSecond} is not from 0 to {MostPerSecond}";
        }

        if (CostBurst is < 1 or > MostAtOnce)
        {
            yield return $"{name}:{nameof(CostBurst)}: {CostBurst} is not from 1 to {MostAtOnce}";
        }

        if (!(RequestsPerSecond is >= 0 and <= MostPerSecond))
        {
            yield return $"{name}:{nameof(RequestsPerSecond)}: {RequestsPerSecond} is not from 0 to {MostPerSecond}";
        }

        if (RequestBurst is < 1 or > MostAtOnce)
        {
            yield return $"{name}:{nameof(RequestBurst)}: {RequestBurst} is not from 1 to {MostAtOnce}";
        }

        if (MaxConcurrentCalls is < 0 or > MostCalls)
        {
            yield return $"{name}:{nameof(MaxConcurrentCalls)}: {MaxConcurrentCalls} is not from 0 to {MostCalls}";
        }
    }
}
