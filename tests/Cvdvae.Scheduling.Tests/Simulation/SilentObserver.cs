namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>Takes no note of anything.</summary>
internal sealed class SilentObserver : IStageObserver
{
    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime)
    {
    }

    public void Ended(StageEnd end)
    {
    }
}
