namespace Cvdvae.Model.Verification;

/// <summary>How one tensor that we computed compares with the reference.</summary>
/// <param name="Name">Its name in the reference file.</param>
/// <param name="LargestError">Largest absolute difference; levels for uint8 tensors.</param>
/// <param name="LargestMagnitude">Largest absolute value in the reference.</param>
/// <param name="ShareOff">For uint8 tensors: share of the values that differ; else null.</param>
/// <param name="Passed">Whether it is within the tolerance.</param>
public sealed record TensorComparison(string Name, double LargestError, double LargestMagnitude, double? ShareOff, bool Passed)
{
    /// <summary>Largest error relative to the largest magnitude.</summary>
    public double RelativeError => LargestMagnitude > 0 ? LargestError / LargestMagnitude : LargestError;
}
