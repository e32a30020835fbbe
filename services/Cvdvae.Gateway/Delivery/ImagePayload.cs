using Cvdvae.Imaging;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Gateway.Delivery;

/// <summary>Images as messages.</summary>
internal static class ImagePayload
{
    /// <summary>Encodes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">The format; never unspecified.</param>
    /// <param name="quality">1 to 100, for JPEG and WebP.</param>
    public static Image Of(RgbImage image, ImageFormat format, int quality)
    {
        byte[] data = format switch
        {
            ImageFormat.RawRgb => image.Pixels,
            ImageFormat.Jpeg => ImageCodec.Encode(image, ImageEncoding.Jpeg, quality),
            ImageFormat.Webp => ImageCodec.Encode(image, ImageEncoding.Webp, quality),
            _ => ImageCodec.Encode(image, ImageEncoding.Png, quality),
        };
        return new Image
        {
            Data = UnsafeByteOperations.UnsafeWrap(data),
            Format = format,
            Width = (uint)image.Width,
            Height = (uint)image.Height,
        };
    }
}
