namespace Cvdvae.Scheduling;

/// <summary>What runs the steps: a processor or an accelerator with a model, or a simulation of one.</summary>
public interface IStageDevice
{
    /// <summary>Runs one step for rows that all stand before it. Called on the scheduler's thread, one call at a time.</summary>
    /// <param name="plan">Their plan.</param>
    /// <param name="step">Index of the step in the plan.</param>
    /// <param name="rows">The rows, of one or more requests, those of a request next to each other; the list may be kept.</param>
    /// <exception cref="OutOfDeviceMemoryException">The batch is too large; the rows stand where they stood.</exception>
    public void Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows);

    /// <summary>Frees what rows hold: they are finished, or won't run again. Called on the scheduler's thread, once for every admitted row, whether it ever ran or not; after the observer was told of the row's last step.</summary>
    public void Release(IReadOnlyList<StageRow> rows);
}
