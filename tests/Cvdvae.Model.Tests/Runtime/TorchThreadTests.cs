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

    [Fact]
    public async Task Start_WithNiceness_GivesWayToOthers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "priorities of threads are set on Linux only");
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        TorchThread.Start(() => result.SetResult(File.ReadAllText("/proc/thread-self/stat")), "nice", niceness: 7);

        // The name may hold blanks; niceness is field 19 (proc_pid_stat(5)), the name field 2.
        string stat = await result.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal("7", stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16]);
    }
}
