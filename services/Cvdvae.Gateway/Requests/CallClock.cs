namespace Cvdvae.Gateway.Requests;

/// <summary>The times of a call: since it came, and until it must end.</summary>
internal sealed class CallClock
{
    // Of the margin: what a decoder may take to hand over what it has when its time is up.
    private const double HandOverShare = 0.2;

    // Of the margin: until when decoders may make a first image where there is none at all, and until when the gateway waits for it.
    private const double FirstFrameShare = 0.6;
    private const double LastHandOverShare = 0.7;

    // Of the margin: what may be spent on making results better rather than on getting them out.
    private const double RefineShare = 0.5;

    // Of the whole time: a short deadline is not all margin.
    private const double LargestMarginShare = 0.5;

    private readonly TimeProvider _time;
    private readonly long _arrival;
    private readonly TimeSpan? _budget;
    private readonly bool _isCallers;
    private readonly TimeSpan _handOver;
    private readonly TimeSpan _margin;
    private readonly TimeSpan _refine;

    /// <summary>Starts the clock.</summary>
    /// <param name="time">Source of time.</param>
    /// <param name="deadline">The call's deadline in UTC; <see cref="DateTime.MaxValue"/>: none.</param>
    /// <param name="margin">How long before it the call ends; at most half of the time that the call has.</param>
    /// <param name="longest">Longest time of any call, which is a matter of the gateway's alone: decoders are not told of it. Null: there is none.</param>
    public CallClock(TimeProvider time, DateTime deadline, TimeSpan margin, TimeSpan? longest = null)
    {
        (_time, _arrival) = (time, time.GetTimestamp());

        // On a busy machine a deadline may have passed before its call is looked at.
        TimeSpan? asked = deadline == DateTime.MaxValue ? null : Max(deadline - time.GetUtcNow().UtcDateTime);
        TimeSpan? end = asked is null || asked > longest ? longest : asked;
        _isCallers = end == asked;
        if (end is TimeSpan whole)
        {
            margin = margin < whole * LargestMarginShare ? margin : whole * LargestMarginShare;
            _budget = whole - margin;
        }

        (_margin, _handOver, _refine) = (margin, margin * HandOverShare, margin * RefineShare);
    }

    /// <summary>Since the call came.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_arrival);

    /// <summary>Time that decoders may still take, at least 0; null: no limit.</summary>
    public TimeSpan? Remaining => _isCallers && _budget is TimeSpan budget ? Max(budget - Elapsed) : null;

    /// <summary>The same for samples that have reached no resolution yet to reach their first: a late image is better than none.</summary>
    public TimeSpan? RemainingForFirstFrame => _isCallers && _budget is TimeSpan budget ? Max(budget + (_margin * FirstFrameShare) - Elapsed) : null;

    /// <summary>Until a call that still has no image has to end without; null: never.</summary>
    public TimeSpan? RemainingForAnything => _budget is TimeSpan budget ? Max(budget + (_margin * LastHandOverShare) - Elapsed) : null;

    /// <summary>Whether the deadline leaves time for more than sending what there is.</summary>
    public bool LeavesTimeToRefine => _budget is not TimeSpan budget || Elapsed < budget + _refine;

    /// <summary>Cancels when the gateway has to end the call with what it has: when a decoder has not done so by itself.</summary>
    public CancellationTokenSource StartGuard() => _budget is TimeSpan budget
        ? StartTimer(Max(budget - Elapsed) + _handOver)
        : new CancellationTokenSource();

    /// <summary>Cancels after a time, by this clock.</summary>
    public CancellationTokenSource StartTimer(TimeSpan after) => new(Least(after), _time);

    private static TimeSpan Max(TimeSpan value) => value > TimeSpan.Zero ? value : TimeSpan.Zero;

    // A timer's longest time is 2^32 - 2 ms.
    private static TimeSpan Least(TimeSpan value) => value < TimeSpan.FromDays(40) ? value : TimeSpan.FromDays(40);
}
