using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>Notes what a request is told.</summary>
internal sealed class RecordingObserver(TimeProvider time) : IStageObserver
{
    private readonly TaskCompletionSource<StageEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<(int Step, int Rows, TimeSpan DeviceTime, long At)> Steps { get; } = [];

    public List<StageEnd> Ends { get; } = [];

    public long EndedAt { get; private set; }

    public Action<IReadOnlyList<StageRow>, int>? OnStep { get; set; }

    public Action<StageEnd>? OnEnd { get; set; }

    public StageEnd? End => Ends.Count == 0 ? null : Ends[^1];

    public Task<StageEnd> Completion => _ended.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime)
    {
        Assert.Empty(Ends);
        Steps.Add((step, rows.Count, deviceTime, time.GetTimestamp()));
        OnStep?.Invoke(rows, step);
    }

    public void Ended(StageEnd end)
    {
        Ends.Add(end);
        EndedAt = time.GetTimestamp();
        _ended.TrySetResult(end);
        OnEnd?.Invoke(end);
    }
}
