using System.Globalization;

namespace Cvdvae.Model.Runtime;

/// <summary>How many processors this process may use: libtorch counts those of the host, not those of a container's quota.</summary>
public static class ProcessorQuota
{
    private const string VersionTwo = "/sys/fs/cgroup/cpu.max";
    private const string VersionOneQuota = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us";
    private const string VersionOnePeriod = "/sys/fs/cgroup/cpu/cpu.cfs_period_us";

    /// <summary>Threads to run: the quota of the control group, rounded up, at most the processors there are; at least 1.</summary>
    public static int Threads() => Threads(ReadQuota(), Environment.ProcessorCount);

    /// <summary>Threads for a quota in processors, or null for no quota.</summary>
    public static int Threads(double? quota, int processors) =>
        quota is double limit ? Math.Clamp((int)Math.Ceiling(limit), 1, processors) : processors;

    /// <summary>Reads <c>cpu.max</c>: "quota period" in microseconds, or "max period".</summary>
    public static double? ParseVersionTwo(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 2 && TryNumber(parts[0], out double quota) && TryNumber(parts[1], out double period) ? quota / period : null;
    }

    private static double? ReadQuota()
    {
        if (File.Exists(VersionTwo))
        {
            return ParseVersionTwo(File.ReadAllText(VersionTwo));
        }

        return File.Exists(VersionOneQuota) && File.Exists(VersionOnePeriod)
            ? ParseVersionTwo($"{File.ReadAllText(VersionOneQuota).Trim()} {File.ReadAllText(VersionOnePeriod).Trim()}")
            : null;
    }

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0 && double.IsFinite(value);
}
