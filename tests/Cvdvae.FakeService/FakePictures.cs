using Cvdvae.Imaging;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.FakeService;

/// <summary>Pictures as the protocol carries them.</summary>
internal static class FakePictures
{
    private const int Quality = 90;

    public static Image Encode(RgbImage image, ImageFormat format)
    {
        byte[] data = format switch
        {
            ImageFormat.RawRgb => image.Pixels,
            ImageFormat.Jpeg => ImageCodec.Encode(image, ImageEncoding.Jpeg, Quality),
            ImageFormat.Webp => ImageCodec.Encode(image, ImageEncoding.Webp, Quality),
            _ => ImageCodec.Encode(image, ImageEncoding.Png, Quality),
        };
        return new Image
        {
            Data = ByteString.CopyFrom(data),
            Format = format == ImageFormat.Unspecified ? ImageFormat.Png : format,
            Width = (uint)image.Width,
            Height = (uint)image.Height,
        };
    }
}
