using Cvdvae.V1;
using Grpc.Net.Client;

namespace Cvdvae.Gateway.Routing;

/// <summary>A decoder's first stage as this gateway knows it: what it serves, and the work before it.</summary>
/// <param name="address">Its address, for logs.</param>
/// <param name="channel">The channel to it.</param>
/// <param name="time">Clock.</param>
#pragma warning disable CA1001 // A source without a timer holds nothing, and calls may ask for its token after the replica has gone.
internal sealed class DecoderReplica(string address, GrpcChannel channel, TimeProvider time)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GetDecoderStatusResponse? _status;
    private double _reportedSeconds;
    private long _reportedAt;
    private double _unreportedSeconds;
    private long? _doubtedAt;
    private long _heardAt;
    private CancellationTokenSource _silence = new();
    private int _calls;
    private bool _retired;

    /// <summary>Its address.</summary>
    public string Address { get; } = address;

    /// <summary>Calls it.</summary>
    public DecoderService.DecoderServiceClient Client { get; } = new(channel);

    /// <summary>What it serves; null while it can't be reached.</summary>
    public GetDecoderStatusResponse? Status => Volatile.Read(ref _status);

    /// <summary>Whether it owes an answer: it's taken only when there's no other.</summary>
    public bool IsDoubted
    {
        get
        {
            lock (_lock)
            {
                return _doubtedAt is not null;
            }
        }
    }

    /// <summary>Ends the calls that run there when it has fallen silent and others can take them over.</summary>
    public CancellationToken Silence => Volatile.Read(ref _silence).Token;

    /// <summary>Calls of this gateway that run there.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>
    /// Device seconds before it: what it last reported, less the time since, and what was sent to it that no report can contain.
    /// </summary>
    public double RemainingSeconds
    {
        get
        {
            lock (_lock)
            {
                double since = time.GetElapsedTime(_reportedAt).TotalSeconds;
                return Math.Max(0, _reportedSeconds - since) + _unreportedSeconds;
            }
        }
    }

    /// <summary>Its model of that content, if it can run the target.</summary>
    public DecoderModel? Find(DecodeTarget target)
    {
        GetDecoderStatusResponse? status = Status;
        if (status is not { FirstStage: true }
            || (target.Precision is not null && target.Precision != status.Precision)
            || (target.NoiseVersion is not null && target.NoiseVersion != status.NoiseVersion))
        {
            return null;
        }

        return status.Models.FirstOrDefault(model => model.Info.Name == target.Model.Name
            && model.Info.Version == target.Model.Version && model.Info.ContentHash == target.Model.ContentHash);
    }

    /// <summary>Notes its state. Returns whether it differs from what was known, but for the load.</summary>
    public bool Seen(GetDecoderStatusResponse status)
    {
        lock (_lock)
        {
            _doubtedAt = null;
        }

        GetDecoderStatusResponse? before = Interlocked.Exchange(ref _status, status);
        Report(status.Load);
        return before is null || before.FirstStage != status.FirstStage || before.Precision != status.Precision
            || before.NoiseVersion != status.NoiseVersion || !before.Models.Select(Content).SequenceEqual(status.Models.Select(Content));

        static ModelInfo Content(DecoderModel model) => model.Info;
    }

    /// <summary>Notes that it did not answer in time. Returns for how long it has owed an answer.</summary>
    public TimeSpan Doubt()
    {
        lock (_lock)
        {
            _doubtedAt ??= time.GetTimestamp();
            return time.GetElapsedTime(_doubtedAt.Value);
        }
    }

    /// <summary>Notes that a running call brought something.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>Whether nothing came from it for a time, in a running call either.</summary>
    public bool IsSilent(TimeSpan since) => time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= since;

    /// <summary>Ends the calls that run there, so that they go on elsewhere.</summary>
    public Task GiveUpAsync() => Interlocked.Exchange(ref _silence, new CancellationTokenSource()).CancelAsync();

    /// <summary>Notes that it can't be reached. Returns whether that is news.</summary>
    public bool Lost() => Interlocked.Exchange(ref _status, null) is not null;

    /// <summary>Notes its load.</summary>
    public void Report(DecoderLoad? load)
    {
        if (load is not null)
        {
            lock (_lock)
            {
                (_reportedSeconds, _reportedAt) = (load.BacklogSeconds, time.GetTimestamp());
            }
        }
    }

    /// <summary>Counts a call that is on its way, until <see cref="Settle"/>.</summary>
    /// <param name="seconds">Device seconds that it will take.</param>
    public void Expect(double seconds)
    {
        lock (_lock)
        {
            _unreportedSeconds += seconds;
            _calls++;
        }
    }

    /// <summary>Says that the decoder's reports contain the call from now on, or that it won't come.</summary>
    public void Settle(double seconds)
    {
        lock (_lock)
        {
            _unreportedSeconds = Math.Max(0, _unreportedSeconds - seconds);
        }
    }

    /// <summary>Says that a call has left.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _calls--;
            DisposeUnused();
        }
    }

    /// <summary>Gives its channel up with the last call there.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
            DisposeUnused();
        }
    }

    /// <summary>Asks for its state at once.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>Waits until it's time to ask for its state, or <see cref="Wake"/> is called.</summary>
    public async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await _wake.Task.WaitAsync(delay, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The time has come.
        }

        Volatile.Write(ref _wake, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    // Within the lock.
    private void DisposeUnused()
    {
        if (_retired && _calls == 0)
        {
            channel.Dispose();
        }
    }
}
