namespace Cvdvae.Gateway.Requests;

/// <summary>The times of a call: since it came, and until it must end.</summary>
internal sealed class CallClock
{
    // Of the margin: what a decoder may take to hand over what it has when its time is up.
    private const double HandOverShare = 0.2;

    // Of the margin: what may be spent on making results better rather than on getting them out.
    private const double RefineShare = 0.5;

    // Of the whole time: a short deadline is not all margin.
    private const double LargestMarginShare = 0.5;

    private readonly TimeProvider _time;
    private readonly long _arrival;
    private readonly TimeSpan? _budget;
    private readonly TimeSpan _handOver;
    private readonly TimeSpan _refine;

    /// <summary>Starts the clock.</summary>
    /// <param name="time">Source of time.</param>
    /// <param name="deadline">The call's deadline in UTC; <see cref="DateTime.MaxValue"/>: none.</param>
    /// <param name="margin">How long before it the call ends; at most half of the time that the call has.</param>
    public CallClock(TimeProvider time, DateTime deadline, TimeSpan margin)
    {
        (_time, _arrival) = (time, time.GetTimestamp());
        if (deadline != DateTime.MaxValue)
        {
            // On a busy machine a call may come when its deadline has passed.
            TimeSpan whole = Max(deadline - time.GetUtcNow().UtcDateTime);
            margin = margin < whole * LargestMarginShare ? margin : whole * LargestMarginShare;
            _budget = whole - margin;
        }

        (_handOver, _refine) = (margin * HandOverShare, margin * RefineShare);
    }

    /// <summary>Since the call came.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_arrival);

    /// <summary>Time that decoders may still take, at least 0; null: no limit.</summary>
    public TimeSpan? Remaining => _budget is TimeSpan budget ? Max(budget - Elapsed) : null;

    /// <summary>Whether the deadline leaves time for more than sending what there is.</summary>
    public bool LeavesTimeToRefine => _budget is not TimeSpan budget || Elapsed < budget + _refine;

    /// <summary>Cancels when the gateway has to end the call with what it has: when a decoder has not done so by itself.</summary>
    public CancellationTokenSource StartGuard() => _budget is null
        ? new CancellationTokenSource()
        : new CancellationTokenSource(Least(Remaining!.Value + _handOver), _time);

    private static TimeSpan Max(TimeSpan value) => value > TimeSpan.Zero ? value : TimeSpan.Zero;

    // A timer's longest time is 2^32 - 2 ms.
    private static TimeSpan Least(TimeSpan value) => value < TimeSpan.FromDays(40) ? value : TimeSpan.FromDays(40);
}
