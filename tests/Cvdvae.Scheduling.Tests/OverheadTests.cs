using Cvdvae.Scheduling.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using System.Diagnostics;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class OverheadTests
{
    [Fact]
    public async Task RunOne_SixteenRequestsOfTwoRows_CostsLittleTimeAndMemory()
    {
        await using var scheduler = new StageScheduler(
            new CountingDevice(), new StageSchedulerOptions(), TimeProvider.System, NullLogger<StageScheduler>.Instance, null, startThreads: false);
        var plan = Plans.Pyramid();
        double least = double.MaxValue;
        long bytes = long.MaxValue;
        for (int repeat = 0; repeat < 200; repeat++)
        {
            for (int i = 0; i < 16; i++)
            {
                Assert.True(scheduler.TryAdmit(new StageRequest("r", plan, [0, 1], new SilentObserver())).Admitted);
            }

            // Without the first step, which takes the requests in, and the last, which ends them.
            scheduler.RunOne();
            (int steps, long before, long begin) = (0, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            while (steps < plan.Steps.Count - 2 && scheduler.RunOne())
            {
                steps++;
            }

            least = Math.Min(least, Stopwatch.GetElapsedTime(begin).TotalMicroseconds / steps);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - before) / steps);
            while (scheduler.RunOne())
            {
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{least:F1} us and {bytes} bytes a step");
        Assert.InRange(bytes, 0, 2500);
        Assert.InRange(least, 0, 100);
    }
}
