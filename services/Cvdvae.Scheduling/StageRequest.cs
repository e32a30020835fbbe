namespace Cvdvae.Scheduling;

/// <summary>The samples of one request at this stage, and what the scheduler has to know of it.</summary>
public sealed class StageRequest
{
    /// <summary>Creates a request.</summary>
    /// <param name="id">Identity in logs.</param>
    /// <param name="plan">The steps of the stage.</param>
    /// <param name="samples">Indices of its samples, at least one.</param>
    /// <param name="observer">Is told of its progress.</param>
    public StageRequest(string id, StagePlan plan, IReadOnlyList<int> samples, IStageObserver observer)
    {
        ArgumentOutOfRangeException.ThrowIfZero(samples.Count);
        (Id, Plan, Observer, EndStep) = (id, plan, observer, plan.Steps.Count);
        Rows = [.. samples.Select(sample => new StageRow(this, sample))];
    }

    /// <summary>Identity in logs.</summary>
    public string Id { get; }

    /// <summary>The steps of the stage.</summary>
    public StagePlan Plan { get; }

    /// <summary>Its samples.</summary>
    public IReadOnlyList<StageRow> Rows { get; }

    /// <summary>Is told of its progress.</summary>
    public IStageObserver Observer { get; }

    /// <summary>One past the last step to run: less than the plan has when the request stops at a resolution.</summary>
    public int EndStep { get; init; }

    /// <summary>Steps that its rows may run from the start, exclusive; raised with <c>StageScheduler.Raise</c> as what they need arrives (feature maps, the features of the stage before, credit of the next).</summary>
    public int InitialLimit { get; init; } = int.MaxValue;

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Timestamp of the scheduler's <see cref="TimeProvider"/> after which no further step is begun; null: none.</summary>
    public long? Deadline { get; init; }

    /// <summary>
    /// Steps from the start that may still be begun after <see cref="Deadline"/>, until <see cref="FirstDeadline"/>: without them there would
    /// be nothing at all.
    /// </summary>
    public int FirstSteps { get; init; }

    /// <summary>Timestamp after which the <see cref="FirstSteps"/> are not begun either; no earlier than <see cref="Deadline"/>.</summary>
    public long? FirstDeadline { get; init; }

    /// <summary>Cancels the request: no further step is begun.</summary>
    public CancellationToken Cancelled { get; init; }

    /// <summary>Anything of the device's that all of its rows share.</summary>
    public object? DeviceContext { get; init; }

    /// <summary>The deadline of a row's next step.</summary>
    internal long? DeadlineOf(StageRow row) => row.Step < FirstSteps ? FirstDeadline : Deadline;

    /// <summary>Whether a scheduler has admitted it.</summary>
    internal bool Admitted { get; set; }
}
