using System.Collections.Concurrent;
using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests.Delivery;

public sealed class ImageWorkersTests
{
    private const long Large = ImageWorkers.MostPixelsInPlace + 1;

    [Fact]
    public async Task Post_Small_IsDoneAtOnceWhateverTheWorkersDo()
    {
        using var gate = new ManualResetEventSlim();
        await using ImageWorkers workers = Create(1);
        workers.Post(ImageJobUrgency.Deadline, Large, () => gate.Wait(Waiting.Limit));
        int? thread = null;

        workers.Post(ImageJobUrgency.Result, ImageWorkers.MostPixelsInPlace, () => thread = Environment.CurrentManagedThreadId);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        gate.Set();
    }

    [Fact]
    public async Task Post_WhileBusy_MostUrgentGoesFirstThenOldest()
    {
        await using ImageWorkers workers = Create(1);
        using var gate = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        workers.Post(ImageJobUrgency.Result, Large, () =>
        {
            started.SetResult();
            gate.Wait(Waiting.Limit);
        });
        await started.Task.Soon();
        var order = new ConcurrentQueue<string>();
        workers.Post(ImageJobUrgency.Result, Large, () => order.Enqueue("result"));
        workers.Post(ImageJobUrgency.Preview, Large, () => order.Enqueue("preview 1"));
        workers.Post(ImageJobUrgency.Preview, Large, () => order.Enqueue("preview 2"));
        workers.Post(ImageJobUrgency.Deadline, Large, () => order.Enqueue("deadline"));

        gate.Set();

        await Waiting.Until(() => order.Count == 4);
        Assert.Equal(["deadline", "preview 1", "preview 2", "result"], order);
    }

    [Fact]
    public async Task Run_Throws_PassesItOnAndGoesOn()
    {
        await using ImageWorkers workers = Create(1);

        await Assert.ThrowsAsync<InvalidDataException>(() => workers.RunAsync<int>(
            ImageJobUrgency.Preview, Large, () => throw new InvalidDataException("broken"), TestContext.Current.CancellationToken).Soon());

        Assert.Equal(3, await workers.RunAsync(ImageJobUrgency.Preview, Large, () => 3, TestContext.Current.CancellationToken).Soon());
    }

    [Fact]
    public async Task Run_ManyJobs_NoMoreThanTheWorkersAtOnce()
    {
        await using ImageWorkers workers = Create(2);
        (int running, int most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => workers.RunAsync(
            ImageJobUrgency.Result,
            Large,
            () =>
            {
                int now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                Thread.Sleep(1);
                return Interlocked.Decrement(ref running);
            },
            TestContext.Current.CancellationToken))).Soon();

        Assert.InRange(most, 1, 2);
    }

    private static ImageWorkers Create(int count) => new(Options.Create(new GatewayOptions { ImageWorkers = count }));
}
