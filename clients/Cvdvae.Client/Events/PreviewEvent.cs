namespace Cvdvae.Client;

/// <summary>A sample reached a resolution below the output size.</summary>
/// <param name="SampleIndex">Index of the sample, from 0.</param>
/// <param name="Resolution">Side in pixels.</param>
/// <param name="Image">What the sample looks like.</param>
public sealed record PreviewEvent(int SampleIndex, int Resolution, EncodedImage Image) : UpscaleEvent;
