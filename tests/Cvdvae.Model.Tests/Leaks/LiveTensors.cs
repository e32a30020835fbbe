using TorchSharp;
using Xunit;

namespace Cvdvae.Model.Tests.Leaks;

/// <summary>Watches the number of live tensors and the native memory in use.</summary>
internal static class LiveTensors
{
    // Until the just-in-time compiler, which allocates there too, has seen every method often.
    private const int WarmUp = 60;
    private const long MemoryAllowed = 4 << 20;

    /// <summary>Repeats an action. The count must be the same after each: a tensor left to the garbage collector shows at once.</summary>
    public static void AssertConstant(int repetitions, Action action)
    {
        for (int repetition = 0; repetition < WarmUp; repetition++)
        {
            action();
        }

        Collect();
        long tensors = torch.Tensor.TotalCount;
        long memory = NativeHeap.BytesInUse();
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            action();
            Assert.Equal(tensors, torch.Tensor.TotalCount);
        }

        Collect();
        Assert.InRange(NativeHeap.BytesInUse() - memory, long.MinValue, MemoryAllowed);
    }

    private static void Collect()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
