using TorchSharp;
using Xunit;

namespace Cvdvae.Model.Tests.Leaks;

/// <summary>Watches the number of live tensors and the memory of the process.</summary>
internal static class LiveTensors
{
    private const int WarmUp = 50;
    private const long MemoryAllowed = 8 << 20;

    /// <summary>Repeats an action. The count must be the same after each: a tensor left to the garbage collector shows at once.</summary>
    public static void AssertConstant(int repetitions, Action action)
    {
        for (int repetition = 0; repetition < WarmUp; repetition++)
        {
            action();
        }

        Collect();
        long tensors = torch.Tensor.TotalCount;
        long memory = NativeMemory();
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            action();
            Assert.Equal(tensors, torch.Tensor.TotalCount);
        }

        Collect();
        Assert.InRange(NativeMemory() - memory, long.MinValue, MemoryAllowed);
    }

    /// <summary>Memory of the process without the managed heap, whose size is the garbage collector's choice.</summary>
    private static long NativeMemory() => Environment.WorkingSet - GC.GetGCMemoryInfo().TotalCommittedBytes;

    private static void Collect()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
