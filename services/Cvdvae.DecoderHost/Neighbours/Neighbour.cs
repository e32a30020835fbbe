namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>What another service said of itself last.</summary>
/// <param name="retain">How long that still counts when it does not answer.</param>
/// <param name="time">The clock.</param>
internal sealed class Neighbour<T>(TimeSpan retain, TimeProvider time)
    where T : class
{
    private readonly Lock _gate = new();
    private T? _status;
    private long _at;

    /// <summary>It, or null: nothing yet, or nothing for too long.</summary>
    public T? Status
    {
        get
        {
            lock (_gate)
            {
                return _status is not null && time.GetElapsedTime(_at) <= retain ? _status : null;
            }
        }
    }

    /// <summary>Notes an answer.</summary>
    public void Note(T status)
    {
        lock (_gate)
        {
            (_status, _at) = (status, time.GetTimestamp());
        }
    }
}
