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

    internal int Step { get; set; }

    internal int Limit { get; set; }

    internal bool Dropped { get; set; }

    internal bool Released { get; set; }
}
