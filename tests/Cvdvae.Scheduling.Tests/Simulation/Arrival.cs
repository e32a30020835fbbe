namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A request to simulate.</summary>
/// <param name="Gap">Milliseconds after the one before it.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="End">One past its last step.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Fate">What happens to it.</param>
/// <param name="At">The step at which it does.</param>
internal sealed record Arrival(int Gap, int Rows, int End, int Priority, Fate Fate, int At)
{
    public StageRequest Make(SimulatedStage stage, StagePlan plan)
    {
        var cancel = new CancellationTokenSource();
        int limit = Fate is Fate.Late or Fate.Limits ? At : int.MaxValue;
        double? deadline = Fate == Fate.Deadline ? 5 * At : null;
        var request = stage.Request(plan, Rows, End, limit, Priority, deadline, cancel);
        stage[request].OnStep = (rows, step) =>
        {
            if (Fate == Fate.Limits)
            {
                stage.Scheduler.Raise(rows, step + 2);
            }

            if (step == At)
            {
                Happen(stage, request, cancel);
            }
        };
        return request;
    }

    private void Happen(SimulatedStage stage, StageRequest request, CancellationTokenSource cancel)
    {
        switch (Fate)
        {
            case Fate.Cancel:
                cancel.Cancel();
                break;
            case Fate.Drop:
                stage.Scheduler.Drop([request.Rows[^1]]);
                break;
            case Fate.Throw:
                throw new IOException("Simulated.");
        }
    }
}
