namespace Cvdvae.Scheduling.Running;

/// <summary>What other threads ask of the scheduler, in their order, and the signal that wakes one of its threads.</summary>
internal sealed class Inbox
{
    private readonly object _gate = new();
    private Queue<Action<StageLoop>> _posted = [];
    private Queue<Action<StageLoop>> _taken = [];
    private bool _signalled;

    public void Post(Action<StageLoop> action)
    {
        lock (_gate)
        {
            _posted.Enqueue(action);
        }

        Signal();
    }

    public void Signal()
    {
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
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
    public void Wait()
    {
        lock (_gate)
        {
            while (!_signalled)
            {
                Monitor.Wait(_gate);
            }

            _signalled = false;
        }
    }

    private void Apply(StageLoop loop)
    {
        while (_taken.TryDequeue(out var action))
        {
            action(loop);
        }
    }
}
