using Microsoft.AspNetCore.Http;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>The calls that run, so that a stopping process refuses new ones, waits for these, and ends what lasts too long.</summary>
internal sealed class RunningCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<HttpContext, bool> _running = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;

    /// <summary>Whether new calls are refused, since the process stops.</summary>
    public bool IsClosed => _closed;

    /// <summary>Completes when new calls are refused and none of the product's calls runs any more.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Completes when new calls are refused and no call at all runs any more.</summary>
    public Task Empty => _empty.Task;

    /// <summary>Notes a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="method">Its full name. Health and reflection calls neither are refused nor hold up the end.</param>
    /// <returns>False: the call is to be refused.</returns>
    public bool TryEnter(HttpContext call, string method)
    {
        bool isProduct = !method.StartsWith("/grpc.", StringComparison.Ordinal);
        lock (_gate)
        {
            if (isProduct && IsClosed)
            {
                return false;
            }

            _running.Add(call, isProduct);
            return true;
        }
    }

    /// <summary>Forgets a call that has ended.</summary>
    public void Leave(HttpContext call)
    {
        lock (_gate)
        {
            _running.Remove(call);
        }

        if (IsClosed)
        {
            Complete();
        }
    }

    /// <summary>Refuses new calls from now on.</summary>
    public void Close()
    {
        _closed = true;
        Complete();
    }

    /// <summary>Aborts all calls that still run; returns how many of the product's there were.</summary>
    public int Abort()
    {
        // Inside: a context that has left may serve another call already.
        lock (_gate)
        {
            int count = _running.Values.Count(isProduct => isProduct);
            foreach (HttpContext call in _running.Keys.ToArray())
            {
                call.Abort();
            }

            return count;
        }
    }

    private void Complete()
    {
        lock (_gate)
        {
            if (!_running.ContainsValue(true))
            {
                _drained.TrySetResult();
            }

            if (_running.Count == 0)
            {
                _empty.TrySetResult();
            }
        }
    }
}
