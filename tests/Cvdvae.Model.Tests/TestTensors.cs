using static TorchSharp.torch;

namespace Cvdvae.Model.Tests;

internal static class TestTensors
{
    /// <summary>0, 1, ... in float32. TorchSharp's <c>arange</c> takes scalars that may be freed while it reads them.</summary>
    public static Tensor UpTo(int count) => tensor([.. Enumerable.Range(0, count).Select(i => (float)i)], ScalarType.Float32);
}
