using Cvdvae.V1;

namespace Cvdvae.Client;

/// <summary>An image as it came.</summary>
/// <param name="Data">Its bytes.</param>
/// <param name="Format">How they are stored.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
public sealed record EncodedImage(ReadOnlyMemory<byte> Data, ImageFormat Format, int Width, int Height);
