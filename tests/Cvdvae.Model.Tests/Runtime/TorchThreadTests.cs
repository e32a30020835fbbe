using Cvdvae.Model.Runtime;
using Xunit;
using static TorchSharp.torch;

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

    [Fact]
    public async Task RunAsync_GivesTheResultOrTheException()
    {
        Assert.Equal(5, await TorchThread.RunAsync(() => 5, "test").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidDataException>(() => TorchThread.RunAsync(() => throw new InvalidDataException(), "test"));
    }

    [Fact]
    public async Task RunAsync_OperationOnSeveralThreads_NoneIsLeft()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads are listed in /proc");
        const string Name = "team of a test";

        int during = await TorchThread.RunAsync(
            () =>
            {
                TorchRuntime.Apply(2);
                using Tensor a = rand(512, 512);
                using Tensor b = a.matmul(a);
                return Threads(Name);
            },
            Name).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        // Their number is the process's: a test beside this one may have set another.
        Assert.True(during >= 2, $"{during} threads");
        Assert.True(SpinWait.SpinUntil(() => Threads(Name) == 0, TimeSpan.FromSeconds(60)));
    }

    // Threads of OpenMP have the name of the one that has made them, of at most 15 bytes.
    private static int Threads(string name) => Directory.GetDirectories("/proc/self/task")
        .Count(thread => TryRead(Path.Combine(thread, "comm")) == name[..Math.Min(name.Length, 15)]);

    private static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
