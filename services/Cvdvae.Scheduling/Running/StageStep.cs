using Cvdvae.Scheduling.Queues;

namespace Cvdvae.Scheduling.Running;

/// <summary>A batch on its way through a step.</summary>
/// <param name="candidate">Why it was chosen.</param>
/// <param name="rows">Its rows.</param>
/// <param name="begin">Timestamp of its begin.</param>
/// <param name="sharers">Batches that the device is shared between, this one included.</param>
internal sealed class StageStep(Candidate candidate, StageRow[] rows, long begin, int sharers)
{
    /// <summary>Queue that the rows were taken from.</summary>
    public ResolutionQueue Queue { get; } = candidate.Queue;

    /// <summary>Index of the step in the plan.</summary>
    public int Index { get; } = candidate.Step;

    /// <summary>Its rows.</summary>
    public StageRow[] Rows { get; } = rows;

    /// <summary>Timestamp of its begin.</summary>
    public long Begin { get; } = begin;

    /// <summary>Share of the device that it used, once it has run.</summary>
    public double Share { get; private set; } = 1;

    /// <summary>What the device threw.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Runs it, outside every lock.</summary>
    public void Run(IStageDevice device)
    {
        try
        {
            Share = device.Run(Queue.Plan.Plan, Index, Rows, sharers);
        }
#pragma warning disable CA1031 // Whatever a device throws ends the requests of this batch, and only those.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Error = e;
        }
    }
}
