namespace Cvdvae.TestUtils;

/// <summary>Tests on a graphics card.</summary>
public static class GraphicsCard
{
    /// <summary>Why they are skipped where there is none.</summary>
    public const string Reason = "needs a CUDA device and a build for it: make build BUILD_OPTIONS=-p:TorchBackend=cuda";
}
