using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cvdvae.Model.Runtime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Runtime;

[Collection(ProcessWide.Name)]
public sealed class TorchRuntimeTests : IDisposable
{
    private const float SmallestNormal = 1.17549435e-38f;

    [Fact]
    public void Apply_Again_ChangesTheThreadsAlone()
    {
        TorchRuntime.Apply(threads: 2);
        Assert.Equal(2, get_num_threads());
        TorchRuntime.Apply(threads: 1);
        Assert.Equal(1, get_num_threads());
        TorchRuntime.Apply();
        Assert.Equal(ProcessorQuota.Threads(), get_num_threads());
        Assert.False(backends.cuda.matmul.allow_tf32);
        Assert.False(backends.cudnn.allow_tf32);
    }

    [Fact]
    public void UsesHeapsOfGlibc_NothingPreloaded_IsTrue()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("LD_PRELOAD") is null or "", "needs glibc's own allocator");

        Assert.True(TorchRuntime.UsesHeapsOfGlibc);
    }

    [Fact]
    public async Task UseThreadsFor_Thread_TakesNumbersBelowTheNormalRangeAsZero()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs glibc on x86-64");
        var results = new TaskCompletionSource<(float Own, float OfTensor)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            TorchRuntime.UseThreadsFor(1);
            using DisposeScope scope = NewDisposeScope();
            results.SetResult((Tenth(SmallestNormal), tensor(SmallestNormal).Times(0.1f).item<float>()));
        });
        thread.Start();

        (float own, float ofTensor) = await results.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), (own, ofTensor));
    }

    public void Dispose() => TorchRuntime.Apply(threads: 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Tenth(float value) => value * 0.1f;
}
