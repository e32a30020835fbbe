using Cvdvae.Scheduling;
using Cvdvae.V1;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>Loads as callers see them.</summary>
internal static class DecoderLoads
{
    /// <summary>The load of a stage.</summary>
    public static DecoderLoad ToWire(StageLoad load) => new()
    {
        BacklogSeconds = load.Backlog.TotalSeconds,
        MaxBacklogSeconds = load.MaxBacklog.TotalSeconds,
        Samples = (uint)load.Rows,
        MaxSamples = (uint)load.MaxRows,
    };

    /// <summary>The load of the stage that has more work before it: stages work at the same time, so that one decides when a new request is done.</summary>
    public static DecoderLoad Busier(DecoderLoad here, DecoderLoad? later) => later is not null && later.BacklogSeconds > here.BacklogSeconds ? later : here;
}
