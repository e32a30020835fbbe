namespace Cvdvae.Gateway.Requests;

/// <summary>What ends a call before it's done: its client, its deadline, or an error.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource _guard;
    private readonly CancellationTokenRegistration _guarding;
    private readonly CancellationTokenSource _timeIsUp;
    private readonly CancellationTokenSource _decoding;

    public CallLifetime(CallClock clock, CancellationToken client)
    {
        (Clock, Client, _guard) = (clock, client, clock.StartGuard());
        _timeIsUp = clock.RemainingForAnything is TimeSpan last ? clock.StartTimer(last) : new CancellationTokenSource();
        _guarding = _guard.Token.Register(EndWithWhatThereIs);
        _decoding = CancellationTokenSource.CreateLinkedTokenSource(_timeIsUp.Token, client);
        Decoding = _decoding.Token;
    }

    /// <summary>The times of the call.</summary>
    public CallClock Clock { get; }

    /// <summary>The client has left, or its deadline has passed: nobody reads any more.</summary>
    public CancellationToken Client { get; }

    /// <summary>Nothing more is to be decoded: the client has left, the time is up, or <see cref="StopDecodingAsync"/> was called.</summary>
    public CancellationToken Decoding { get; }

    /// <summary>Says whether there is an image that can be a result. Until there is, the time is up later.</summary>
    public Func<bool> HasImages { get; set; } = () => false;

    /// <summary>Whether the deadline is so near that what there is, is the result.</summary>
    public bool TimeIsUp => _timeIsUp.IsCancellationRequested;

    /// <summary>Cancels the decoding.</summary>
    public Task StopDecodingAsync() => _decoding.CancelAsync();

    public void Dispose()
    {
        // Waits for the callback where it runs just now.
        _guarding.Dispose();
        _guard.Dispose();
        _decoding.Dispose();
        _timeIsUp.Dispose();
    }

    private void EndWithWhatThereIs()
    {
        if (HasImages())
        {
            _timeIsUp.Cancel();
        }
    }
}
