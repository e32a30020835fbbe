using Cvdvae.Imaging;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Requests;

/// <summary>The low-resolution image of a request at an input size of its model.</summary>
/// <param name="Pixels">The pixels: a square of the scale's input size.</param>
/// <param name="Scale">The scale.</param>
internal sealed record InputImage(RgbImage Pixels, ScaleInfo Scale);
