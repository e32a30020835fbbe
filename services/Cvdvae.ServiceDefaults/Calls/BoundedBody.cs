using System.Buffers;
using System.IO.Pipelines;
using System.Threading.RateLimiting;
using Cvdvae.ServiceDefaults.Errors;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>
/// A request's body whose bytes count while they wait for the rest of their message: gRPC gathers a message in memory before anybody looks at it, and many large ones at once would be more than
/// the process has.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="acquire">Takes some KiB of what all bodies may hold; what it returns gives them back.</param>
internal sealed class BoundedBody(PipeReader body, Func<int, RateLimitLease> acquire) : PipeReader, IDisposable
{
    private const int KiB = 1024;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly List<RateLimitLease> _leases = [];
    private long _heldKiB;
    private ReadOnlySequence<byte> _last;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Count(await body.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        bool has = body.TryRead(out result);
        if (has)
        {
            Count(result);
        }

        return has;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // What is left of a message goes on counting as a whole: it is read to its end, or not at all.
        if (_last.Slice(consumed).IsEmpty)
        {
            Release();
        }

        _last = default;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Release();
        body.Complete(exception);
    }

    /// <summary>Gives back what it holds.</summary>
    public void Dispose() => Release();

    private ReadResult Count(ReadResult result)
    {
        _last = result.Buffer;

        // A first KiB is free, so that small messages cost nothing here.
        long needed = (_last.Length / KiB) - _heldKiB;
        if (needed > 0)
        {
            RateLimitLease lease = acquire((int)needed);
            if (!lease.IsAcquired)
            {
                lease.Dispose();
                body.AdvanceTo(_last.Start);
                throw RpcErrors.ResourceExhausted("too many bytes of messages are being received, from this address or in all; try again in a moment", RetryDelay);
            }

            _leases.Add(lease);
            _heldKiB += needed;
        }

        return result;
    }

    private void Release()
    {
        foreach (RateLimitLease lease in _leases)
        {
            lease.Dispose();
        }

        _leases.Clear();
        _heldKiB = 0;
    }
}
