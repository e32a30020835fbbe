namespace Cvdvae.Scheduling.Running;

/// <summary>Threads that wait to be called, one at a time. Unlike a <see cref="SemaphoreSlim"/> they don't spin before they sleep, and it is known whether there are any.</summary>
internal sealed class Sleepers
{
    private readonly object _monitor = new();
    private int _waiting;
    private int _called;

    /// <summary>The calling thread will <see cref="Sleep"/>: from now on a call reaches it. Not at the same time as <see cref="TryCall"/>.</summary>
    public void Enter() => _waiting++;

    /// <summary>Calls one of those that have entered. Not at the same time as <see cref="Enter"/>.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryCall()
    {
        if (_waiting == 0)
        {
            return false;
        }

        _waiting--;
        lock (_monitor)
        {
            _called++;
            Monitor.Pulse(_monitor);
        }

        return true;
    }

    /// <summary>Waits for the call; after <see cref="Enter"/>.</summary>
    public void Sleep()
    {
        lock (_monitor)
        {
            while (_called == 0)
            {
                Monitor.Wait(_monitor);
            }

            _called--;
        }
    }
}
