using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>How the networks are computed while they train.</summary>
/// <param name="Type">Type of the maps: float32, or bfloat16, in which parameters, their gradients and the optimiser stay float32.</param>
/// <param name="Recompute">Whether each block is computed a second time on the way back, so that less is kept.</param>
internal readonly record struct Computation(ScalarType Type, bool Recompute)
{
    /// <summary>float32, everything kept.</summary>
    public static Computation Default { get; } = new(ScalarType.Float32, Recompute: false);
}
