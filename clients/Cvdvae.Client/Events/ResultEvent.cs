namespace Cvdvae.Client;

/// <summary>A sample is finished.</summary>
/// <param name="SampleIndex">Index of the sample, from 0.</param>
/// <param name="Image">The image; smaller than <see cref="StartedEvent.OutputSize"/> only after a stop or near the deadline.</param>
/// <param name="LowResolutionPsnr">
/// PSNR in dB of the 8-bit result, downscaled, to the input; at most 100. 0 where the result is smaller than the input.
/// </param>
public sealed record ResultEvent(int SampleIndex, EncodedImage Image, double LowResolutionPsnr) : UpscaleEvent;
