using TorchSharp;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>Counts live tensors.</summary>
internal static class LiveTensors
{
    /// <summary>How many there are, without those that were left to the garbage collector before.</summary>
    public static long AfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Now;
    }

    /// <summary>How many there are, those left to the garbage collector included.</summary>
    public static long Now => torch.Tensor.TotalCount;
}
