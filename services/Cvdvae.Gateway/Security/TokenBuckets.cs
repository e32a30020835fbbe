namespace Cvdvae.Gateway.Security;

/// <summary>
/// Token buckets, one for each key, that take back what was paid for nothing; limiters of libraries don't. A bucket is one number, the time at which it is full again,
/// so that one that is full needs no memory.
/// </summary>
/// <typeparam name="TKey">Who has a bucket.</typeparam>
internal sealed class TokenBuckets<TKey>(TimeProvider time)
    where TKey : notnull
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    // Next to nothing a second would be more time than a TimeSpan holds.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, TimeSpan> _fullAt = [];
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _sweepAt = SweepInterval;

    /// <summary>Buckets that are not full, and full ones not yet forgotten.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _fullAt.Count;
            }
        }
    }

    /// <summary>Takes tokens, if there are enough.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="count">How many, at most <paramref name="burst"/>.</param>
    /// <param name="perSecond">How many come back in a second; above 0.</param>
    /// <param name="burst">How many a full bucket has.</param>
    /// <returns>Zero: they are taken. Otherwise after how long there will be enough.</returns>
    public TimeSpan Take(TKey key, int count, double perSecond, int burst)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, burst);
        lock (_gate)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            Sweep(now);
            TimeSpan fullAt = Later(_fullAt.GetValueOrDefault(key), now) + TimeOf(count, perSecond);
            TimeSpan wait = fullAt - now - TimeOf(burst, perSecond);
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            _fullAt[key] = fullAt;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Gives tokens back that were taken at the same rate.</summary>
    public void GiveBack(TKey key, int count, double perSecond)
    {
        lock (_gate)
        {
            if (_fullAt.TryGetValue(key, out TimeSpan fullAt))
            {
                _fullAt[key] = fullAt - TimeOf(count, perSecond);
            }
        }
    }

    private static TimeSpan TimeOf(int count, double perSecond) => TimeSpan.FromSeconds(Math.Min(count / perSecond, Longest.TotalSeconds));

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Sweep(TimeSpan now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + SweepInterval;
        foreach (TKey full in _fullAt.Where(bucket => bucket.Value <= now).Select(bucket => bucket.Key).ToList())
        {
            _fullAt.Remove(full);
        }
    }
}
