using Cvdvae.Scheduling.Costs;

namespace Cvdvae.Scheduling.Running;

/// <summary>An admitted request. Used on the scheduler's turn only, but for the moment of its cancellation.</summary>
internal sealed class RunningRequest(StageRequest request, PlanWork plan, long admitted)
{
    private const long NotCancelled = long.MinValue;

    private readonly double[] _waited = new double[request.EndStep];
    private long _cancelled = NotCancelled;

    public StageRequest Request { get; } = request;

    public PlanWork Plan { get; } = plan;

    /// <summary>Timestamp of its admission.</summary>
    public long Admitted { get; } = admitted;

    /// <summary>Rows that have not been released.</summary>
    public int RowsLeft { get; set; } = request.Rows.Count;

    /// <summary>Whether its deadline has stopped a row.</summary>
    public bool Late { get; set; }

    /// <summary>How it ends, as soon as no step of its rows runs; null while it goes on.</summary>
    public (StageEndReason Reason, Exception? Error)? Verdict { get; set; }

    /// <summary>Seconds that its rows waited for the device: over the steps, of the row that waited longest.</summary>
    public double Queued { get; private set; }

    /// <summary>What ends the watch on its cancellation.</summary>
    public CancellationTokenRegistration Watch { get; set; }

    /// <summary>Notes when it was cancelled; any thread.</summary>
    public void NoteCancelled(long timestamp) => Interlocked.CompareExchange(ref _cancelled, timestamp, NotCancelled);

    /// <summary>Whether it had been cancelled at a time.</summary>
    public bool CancelledBefore(long timestamp)
    {
        long cancelled = Interlocked.Read(ref _cancelled);
        return cancelled != NotCancelled && cancelled < timestamp;
    }

    /// <summary>Notes that a row waited for a step.</summary>
    public void NoteWaited(int step, double seconds)
    {
        // Rows of one request may run a step in several batches: the longest wait counts, once.
        if (seconds > _waited[step])
        {
            Queued += seconds - _waited[step];
            _waited[step] = seconds;
        }
    }
}
