namespace Cvdvae.Scheduling;

/// <summary>Is told of a request's progress, on the scheduler's threads, one call at a time: it must only note and hand on, never wait.</summary>
public interface IStageObserver
{
    /// <summary>Rows of the request have run a step.</summary>
    /// <param name="rows">The rows; the list may be kept.</param>
    /// <param name="step">Index of the step in the plan.</param>
    /// <param name="deviceTime">Time of the whole batch that they were in.</param>
    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime);

    /// <summary>No row of the request will run again; called once, last.</summary>
    /// <param name="end">How it ended.</param>
    public void Ended(StageEnd end);
}
