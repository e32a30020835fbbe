namespace Cvdvae.Model.Decoding;

/// <summary>One sample of a decoding batch.</summary>
/// <param name="Seed">Seed of the request.</param>
/// <param name="Sample">Index of the sample within the request.</param>
/// <param name="EncoderTemperature">Temperature of the latents drawn from q(z | y); 0 and up.</param>
/// <param name="PriorTemperature">Temperature of the latents drawn from the prior; 0 and up.</param>
/// <param name="Image">The low-res image's features, or null for a sample of the prior. Not owned.</param>
public sealed record DecodeRow(ulong Seed, uint Sample, float EncoderTemperature, float PriorTemperature, LowResFeatures? Image = null)
{
    /// <summary>Whether the latents of a group come from q(z | y).</summary>
    internal bool IsConditioned(int group) => Image is not null && group < Image.Branch.ConditionedGroupCount;

    /// <summary>The temperature that holds at a group.</summary>
    internal float Temperature(int group) => IsConditioned(group) ? EncoderTemperature : PriorTemperature;
}
