using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A device that takes no time, or is held up by the test, and is only ever used by one thread.</summary>
internal sealed class CountingDevice : IStageDevice
{
    private volatile bool _blocked;
    private int _thread;

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int RowSteps { get; private set; }

    public int Released { get; private set; }

    public void Block() => _blocked = true;

    public void Unblock() => _blocked = false;

    public void Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows)
    {
        CheckThread();
        Entered.TrySetResult();
        Assert.True(SpinWait.SpinUntil(() => !_blocked, TimeSpan.FromSeconds(30)));
        RowSteps += rows.Count;
    }

    public void Release(IReadOnlyList<StageRow> rows)
    {
        CheckThread();
        Released += rows.Count;
    }

    private void CheckThread()
    {
        _thread = _thread == 0 ? Environment.CurrentManagedThreadId : _thread;
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
    }
}
