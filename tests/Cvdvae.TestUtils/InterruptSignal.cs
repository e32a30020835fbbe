namespace Cvdvae.TestUtils;

/// <summary>Whether this process, and so every process that it starts, was told to ignore SIGINT: shells do that to what they run in the background.</summary>
public static class InterruptSignal
{
    private const ulong Bit = 1UL << (2 - 1);

    /// <summary>Why a test of Ctrl-C has to be skipped.</summary>
    public const string Reason = "SIGINT is ignored by this process and what it starts, as in a background job of a shell";

    /// <summary>Whether SIGINT is ignored; false where the system does not tell.</summary>
    public static bool IsIgnored { get; } = File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
        .Any(line => (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & Bit) != 0);
}
