using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests.Requests;

public sealed class LargeImagesTests
{
    private const long Pixels = 1 << 24;

    [Fact]
    public async Task RunAsync_CancelledWhileItWorks_KeepsItsTurnUntilTheWorkHasEnded()
    {
        await using var workers = new ImageWorkers(Options.Create(new GatewayOptions { ImageWorkers = 3 }));
        using var large = new LargeImages(workers);
        using var go = new ManualResetEventSlim();
        int running = 0;
        int most = 0;
        int Work()
        {
            int now = Interlocked.Increment(ref running);
            lock (go)
            {
                most = Math.Max(most, now);
            }

            go.Wait(Waiting.Limit);
            return Interlocked.Decrement(ref running);
        }

        // Each begins, if it may, and is given up at once.
        for (int call = 0; call < 3; call++)
        {
            using var cancellation = new CancellationTokenSource();
            Task<int> given = large.RunAsync(ImageJobUrgency.Preview, Pixels, Work, cancellation.Token);
            SpinWait.SpinUntil(() => Volatile.Read(ref running) > call, TimeSpan.FromSeconds(call == 0 ? 30 : 0.2));
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Soon());
        }

        Task<int> last = large.RunAsync(ImageJobUrgency.Preview, Pixels, Work, CancellationToken.None);
        Assert.False(last.IsCompleted);
        go.Set();

        await last.Soon();
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task RunAsync_CancelledBeforeAWorkerIsFree_GivesItsTurnBack()
    {
        await using var workers = new ImageWorkers(Options.Create(new GatewayOptions { ImageWorkers = 1 }));
        using var large = new LargeImages(workers);
        using var go = new ManualResetEventSlim();
        workers.Post(ImageJobUrgency.Preview, Pixels, () => go.Wait(Waiting.Limit));
        using var cancellation = new CancellationTokenSource();
        Task<int> given = large.RunAsync(ImageJobUrgency.Preview, Pixels, () => 1, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Soon());

        Task<int> next = large.RunAsync(ImageJobUrgency.Preview, Pixels, () => 2, CancellationToken.None);
        go.Set();

        Assert.Equal(2, await next.Soon());
    }

    [Fact]
    public async Task RunAsync_FunctionThrows_GivesItsTurnBack()
    {
        await using var workers = new ImageWorkers(Options.Create(new GatewayOptions { ImageWorkers = 1 }));
        using var large = new LargeImages(workers);

        Task<int> failing = large.RunAsync<int>(
            ImageJobUrgency.Preview, Pixels, () => throw new InvalidDataException("no"), CancellationToken.None);
        await Assert.ThrowsAsync<InvalidDataException>(() => failing.Soon());

        Task<int> next = large.RunAsync(ImageJobUrgency.Preview, Pixels, () => 2, CancellationToken.None);
        Assert.Equal(2, await next.Soon());
    }
}
