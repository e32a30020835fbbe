namespace Cvdvae.Scheduling.Running;

/// <summary>What other threads ask of the scheduler, in their order, and the signal that wakes one of its threads: the first one whenever that sleeps.</summary>
internal sealed class Inbox
{
    private readonly Lock _gate = new();
    private readonly Sleepers _first = new();
    private readonly Sleepers _others = new();
    private Queue<Action<StageLoop>> _posted = [];
    private Queue<Action<StageLoop>> _taken = [];
    private bool _signalled;
    private bool _firstSignalled;

    public void Post(Action<StageLoop> action)
    {
        lock (_gate)
        {
            _posted.Enqueue(action);
        }

        Signal();
    }

    /// <summary>Wakes a thread; when none sleeps, the next one that would.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _signalled = !_first.TryCall() && !_others.TryCall();
        }
    }

    /// <summary>Wakes the first thread; when it does not sleep, it won't the next time that it would.</summary>
    public void SignalFirst()
    {
        lock (_gate)
        {
            _firstSignalled = !_first.TryCall();
        }
    }

    /// <summary>Applies what has been posted. When an action throws, those after it are left for the next time.</summary>
    public void Deliver(StageLoop loop)
    {
        Apply(loop);
        lock (_gate)
        {
            (_posted, _taken) = (_taken, _posted);
        }

        Apply(loop);
    }

    /// <summary>Waits for the next signal; returns at once when there was one since the last wait.</summary>
    /// <param name="isFirst">Whether the calling thread is the first one.</param>
    public void Wait(bool isFirst)
    {
        Sleepers own = isFirst ? _first : _others;
        lock (_gate)
        {
            if (_signalled || (isFirst && _firstSignalled))
            {
                _signalled = false;
                _firstSignalled &= !isFirst;
                return;
            }

            own.Enter();
        }

        own.Sleep();
    }

    private void Apply(StageLoop loop)
    {
        while (_taken.TryDequeue(out var action))
        {
            action(loop);
        }
    }
}
