namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>The system's clock, which a test can put forward: what was due in between happens at once.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<JumpingTimer> _timers = [];
    private TimeSpan _ahead;

    private TimeSpan Ahead
    {
        get
        {
            lock (_gate)
            {
                return _ahead;
            }
        }
    }

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state, dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    public void Jump(TimeSpan by)
    {
        JumpingTimer[] timers;
        lock (_gate)
        {
            _ahead += by;
            timers = [.. _timers];
        }

        Array.ForEach(timers, timer => timer.Jump(by));
    }

    private sealed class JumpingTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly JumpingTime _time;
        private readonly ITimer _inner;
        private TimeSpan _due;
        private TimeSpan _period;
        private long _set;

        public JumpingTimer(JumpingTime time, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_time, _due, _period, _set) = (time, dueTime, period, System.GetTimestamp());
            _inner = System.CreateTimer(callback, state, dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                (_due, _period, _set) = (dueTime, period, System.GetTimestamp());
                return _inner.Change(dueTime, period);
            }
        }

        public void Jump(TimeSpan by)
        {
            lock (_gate)
            {
                TimeSpan left = _due - System.GetElapsedTime(_set);
                if (_due != Timeout.InfiniteTimeSpan && left > TimeSpan.Zero)
                {
                    Change(left > by ? left - by : TimeSpan.Zero, _period);
                }
            }
        }

        public void Dispose()
        {
            lock (_time._gate)
            {
                _time._timers.Remove(this);
            }

            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
