using Cvdvae.Scheduling.Costs;
using Cvdvae.Scheduling.Running;
using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Running;

public sealed class RunningRequestTests
{
    [Fact]
    public void CancelledBefore_FirstCancellationCounts_StepsBegunAfterItOnly()
    {
        var running = Make();
        Assert.False(running.CancelledBefore(long.MaxValue));

        running.NoteCancelled(100);
        running.NoteCancelled(50);

        Assert.False(running.CancelledBefore(100));
        Assert.True(running.CancelledBefore(101));
    }

    [Fact]
    public void NoteWaited_SeveralBatchesOfAStep_CountsTheLongestWaitOnce()
    {
        var running = Make();

        running.NoteWaited(0, 2);
        running.NoteWaited(0, 3);
        running.NoteWaited(0, 1);
        running.NoteWaited(1, 1);

        Assert.Equal(4, running.Queued);
    }

    private static RunningRequest Make()
    {
        var plan = Plans.Flat(3);
        var request = new StageRequest("r", plan, [0], new SilentObserver());
        return new RunningRequest(request, new PlanWork(plan, new StageSchedulerOptions()), 0);
    }
}
