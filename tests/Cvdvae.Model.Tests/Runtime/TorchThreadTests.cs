using Cvdvae.Model.Runtime;
using Xunit;

namespace Cvdvae.Model.Tests.Runtime;

public sealed class TorchThreadTests
{
    [Fact]
    public async Task Start_AmongManyThreads_AlwaysHasTheMainHeap()
    {
        // Threads that allocate make heaps of their own.
        using var end = new ManualResetEventSlim();
        Thread[] others = [.. Enumerable.Range(0, 24).Select(_ => new Thread(() =>
        {
            TorchThread.HasMainHeap();
            end.Wait();
        }))];
        Array.ForEach(others, thread => thread.Start());
        var results = new List<Task<bool>>();
        for (int i = 0; i < 20; i++)
        {
            var result = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            TorchThread.Start(() => result.SetResult(TorchThread.HasMainHeap()), "test");
            results.Add(result.Task);
        }

        bool[] had = await Task.WhenAll(results).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        end.Set();
        Assert.All(had, Assert.True);
    }
}
