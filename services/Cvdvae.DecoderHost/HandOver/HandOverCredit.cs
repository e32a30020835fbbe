namespace Cvdvae.DecoderHost.HandOver;

/// <summary>The room that one request has for its samples; what is left of it is given back when it is disposed.</summary>
/// <param name="room">The stage's room.</param>
/// <param name="bytesPerSample">Bytes of a sample's features.</param>
internal sealed class HandOverCredit(HandOverRoom room, long bytesPerSample) : IDisposable
{
    private readonly Lock _gate = new();
    private int _held;
    private bool _disposed;
    private int _granted;

    /// <summary>Number of samples that there was room for so far.</summary>
    public int Granted => Volatile.Read(ref _granted);

    /// <summary>Takes room for one sample after the other, and says so.</summary>
    /// <param name="samples">Number of samples.</param>
    /// <param name="granted">Takes the number of samples that there is room for now.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task GrantAsync(int samples, Action<uint> granted, CancellationToken cancellation)
    {
        for (int sample = 0; sample < samples; sample++)
        {
            await room.TakeAsync(bytesPerSample, cancellation).ConfigureAwait(false);
            lock (_gate)
            {
                if (_disposed)
                {
                    room.Return(bytesPerSample);
                    return;
                }

                _held++;
                _granted++;
            }

            granted(1);
        }
    }

    /// <summary>Samples are done here.</summary>
    public void Return(int samples)
    {
        lock (_gate)
        {
            int returned = Math.Min(samples, _held);
            _held -= returned;
            room.Return(returned * bytesPerSample);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            room.Return(_held * bytesPerSample);
            _held = 0;
        }
    }
}
