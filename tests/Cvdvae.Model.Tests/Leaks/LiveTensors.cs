using TorchSharp;
using Xunit;

namespace Cvdvae.Model.Tests.Leaks;

/// <summary>Watches the number of live tensors and the native memory in use.</summary>
internal static class LiveTensors
{
    private const int WarmUp = 20;
    private const int Rounds = 5;
    private const long MemoryAllowed = 1 << 20;

    /// <summary>
    /// Repeats an action. The count must be the same after each: a tensor left to the garbage collector shows at once. Memory may grow in
    /// one round, since the just-in-time compiler allocates there too; a leak grows in all of them.
    /// </summary>
    public static void AssertConstant(int repetitions, Action action)
    {
        Repeat(WarmUp, action);
        long least = long.MaxValue;
        for (int round = 0; round < Rounds && least > MemoryAllowed; round++)
        {
            Collect();
            long tensors = torch.Tensor.TotalCount;
            long memory = NativeHeap.BytesInUse();
            Repeat(repetitions, () =>
            {
                action();
                Assert.Equal(tensors, torch.Tensor.TotalCount);
            });
            Collect();
            least = Math.Min(least, NativeHeap.BytesInUse() - memory);
        }

        Assert.InRange(least, long.MinValue, MemoryAllowed);
    }

    private static void Repeat(int repetitions, Action action)
    {
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            action();
        }
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
