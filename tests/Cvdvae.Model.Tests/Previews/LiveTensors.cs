using TorchSharp;

namespace Cvdvae.Model.Tests.Previews;

/// <summary>Tensors that are not disposed yet.</summary>
internal static class LiveTensors
{
    /// <summary>Those made on this thread: other tests run on other threads at the same time.</summary>
    public static long OnThisThread => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
