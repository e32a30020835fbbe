using Cvdvae.Model.Runtime;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Runtime;

[Collection(ProcessWide.Name)]
public sealed class TorchRuntimeTests : IDisposable
{
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

    public void Dispose() => TorchRuntime.Apply(threads: 1);
}
