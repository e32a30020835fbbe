using Microsoft.Extensions.Logging;

namespace Cvdvae.Scheduling.Running;

/// <summary>A lane: a thread that runs one step after the other.</summary>
internal sealed class StageThread
{
    private readonly StageLoop _loop;
    private readonly Inbox _inbox;
    private readonly StageClock _clock;
    private readonly ILogger _logger;
    private readonly bool _isFirst;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    public StageThread(IStageDevice device, StageLoop loop, Inbox inbox, StageClock clock, ILogger logger, string name, bool isFirst)
    {
        (_loop, _inbox, _clock, _logger, _isFirst) = (loop, inbox, clock, logger, isFirst);
        device.StartThread(Loop, name, isFirst);
    }

    /// <summary>Stops after the running step.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        _inbox.Signal();
        return _stopped.Task;
    }

    private void Loop()
    {
        // Rows that wait for a limit to rise have deadlines too.
        using var alarm = _clock.Time.CreateTimer(
            static inbox => ((Inbox)inbox!).Signal(), _inbox, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!_stopping)
        {
            try
            {
                if (!_loop.RunOne(_isFirst) && (_isFirst || !_loop.WorkAhead()))
                {
                    SetAlarm(alarm);
                    _inbox.Wait(_isFirst);
                }
            }
#pragma warning disable CA1031 // Nobody waits for a thread that is gone.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.SchedulerFailed(e);
                _loop.EndAll(e);
            }
        }

        // What other lanes still run ends with their steps; they wake each other.
        _loop.Stop();
        _inbox.Signal();
        _stopped.TrySetResult();
    }

    private void SetAlarm(ITimer alarm)
    {
        var due = Timeout.InfiniteTimeSpan;
        if (_loop.EarliestDeadline is { } deadline)
        {
            // A timer's clock is coarser than the timestamps: a little late rather than a little early and once more.
            due = TimeSpan.FromSeconds(Math.Clamp(_clock.Seconds(_clock.Now, deadline) + 0.001, 0, 86400));
        }

        alarm.Change(due, Timeout.InfiniteTimeSpan);
    }
}
