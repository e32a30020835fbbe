using Cvdvae.Scheduling.Running;

namespace Cvdvae.Scheduling;

/// <summary>One sample of a request at this stage.</summary>
public sealed class StageRow
{
    /// <summary>Creates a row of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="sample">Index of the sample within the request.</param>
    internal StageRow(StageRequest request, int sample) => (Request, Sample) = (request, sample);

    /// <summary>The request.</summary>
    public StageRequest Request { get; }

    /// <summary>Index of the sample within the request.</summary>
    public int Sample { get; }

    /// <summary>What the device keeps for the row between steps; the scheduler never looks at it.</summary>
    public object? DeviceState { get; set; }

    /// <summary>The request as the scheduler sees it, once it is admitted.</summary>
    internal RunningRequest? Running { get; set; }

    /// <summary>Place in the order of admission.</summary>
    internal long Sequence { get; set; }

    internal RowPhase Phase { get; set; }

    /// <summary>Whether it is to be released when the step that it runs has ended.</summary>
    internal bool Leaving { get; set; }

    /// <summary>The step that it runs next.</summary>
    internal int Step { get; set; }

    /// <summary>One past the last step that it may run.</summary>
    internal int Limit { get; set; }

    /// <summary>Timestamp since which it could run its next step.</summary>
    internal long ReadySince { get; set; }

    /// <summary>Seconds that it has let others catch up, in its present resolution.</summary>
    internal double Yielded { get; set; }
}
