using Cvdvae.Client;

namespace Cvdvae.LoadGenerator;

/// <summary>When things happened in one call.</summary>
/// <param name="due">When it was due, by the system's timestamps.</param>
internal sealed class CallClock(long due)
{
    private readonly long _begun = TimeProvider.System.GetTimestamp();
    private readonly DateTimeOffset _dueAt = TimeProvider.System.GetUtcNow() - TimeProvider.System.GetElapsedTime(due);
    private double? _started;
    private double? _firstPreview;
    private double _last;
    private double? _longestGap;

    private double Now => TimeProvider.System.GetElapsedTime(due).TotalMilliseconds;

    /// <summary>An event has come.</summary>
    public void Note(UpscaleEvent item)
    {
        double now = Now;
        if (item is StartedEvent)
        {
            _started = now;
        }
        else
        {
            _longestGap = Math.Max(_longestGap ?? 0, now - _last);
        }

        if (item is PreviewEvent)
        {
            _firstPreview ??= now;
        }

        _last = now;
    }

    /// <summary>Leaves the time since the last event out: the reader was the one that waited.</summary>
    public void Skip() => _last = Now;

    /// <summary>What has happened until now.</summary>
    public CallRecord Record(CallKind kind, string? status, bool hasRetryInfo) => new()
    {
        Due = _dueAt.ToUnixTimeMilliseconds(),
        Kind = kind,
        Status = status,
        Started = _started,
        FirstPreview = _firstPreview,
        LongestGap = _longestGap,
        Ended = Now,
        Refusal = hasRetryInfo ? TimeProvider.System.GetElapsedTime(_begun).TotalMilliseconds : null,
        HasRetryInfo = hasRetryInfo,
    };
}
