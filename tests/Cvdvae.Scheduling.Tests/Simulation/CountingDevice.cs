using System.Collections.Concurrent;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A device that takes no time, or is held up by the test, and notices when more threads use it than may, or when rows are released by two at once.</summary>
internal sealed class CountingDevice(int lanes = 1) : IStageDevice
{
    private readonly ConcurrentDictionary<int, bool> _threads = new();
    private readonly ConcurrentDictionary<int, bool> _alone = new();
    private volatile bool _blocked;
    private int _rowSteps;
    private int _running;
    private int _most;
    private int _releasing;

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int RowSteps => _rowSteps;

    /// <summary>Most steps that ran at once.</summary>
    public int MostRunning => _most;

    /// <summary>Threads that have run a step that had the device to itself.</summary>
    public int ThreadsAlone => _alone.Count;

    public int Released { get; private set; }

    /// <summary>Pieces of work that can be done ahead.</summary>
    public int PiecesAhead { get; set; }

    /// <summary>Threads that have done some of it.</summary>
    public ConcurrentBag<int> ThreadsAhead { get; } = [];

    /// <summary>Threads that have run a step.</summary>
    public ConcurrentBag<int> ThreadsOfSteps { get; } = [];

    public void Block() => _blocked = true;

    public void Unblock() => _blocked = false;

    public double Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows, int sharers)
    {
        CheckThread();
        ThreadsOfSteps.Add(Environment.CurrentManagedThreadId);
        if (sharers == 1)
        {
            _alone[Environment.CurrentManagedThreadId] = true;
        }

        InterlockedMax(Interlocked.Increment(ref _running));
        Entered.TrySetResult();
        Assert.True(SpinWait.SpinUntil(() => !_blocked, TimeSpan.FromSeconds(30)));
        Interlocked.Add(ref _rowSteps, rows.Count);
        Interlocked.Decrement(ref _running);
        return 1.0 / sharers;
    }

    public bool WorkAhead(StageRequest request)
    {
        CheckThread();
        if (PiecesAhead == 0)
        {
            return false;
        }

        PiecesAhead--;
        ThreadsAhead.Add(Environment.CurrentManagedThreadId);
        return true;
    }

    public void Release(IReadOnlyList<StageRow> rows)
    {
        CheckThread();
        Assert.Equal(1, Interlocked.Increment(ref _releasing));
        Released += rows.Count;
        Interlocked.Decrement(ref _releasing);
    }

    private void InterlockedMax(int running)
    {
        for (int most = _most; running > most; most = _most)
        {
            Interlocked.CompareExchange(ref _most, running, most);
        }
    }

    private void CheckThread()
    {
        _threads[Environment.CurrentManagedThreadId] = true;
        Assert.InRange(_threads.Count, 1, lanes);
    }
}
