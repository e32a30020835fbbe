using Cvdvae.Imaging;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Client.Tests;

/// <summary>Images and requests to send.</summary>
internal static class Inputs
{
    public static byte[] Png(int side)
    {
        var image = new RgbImage(side, side);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i * 7);
        }

        return ImageCodec.Encode(image, ImageEncoding.Png, 90);
    }

    public static UpscaleRequest Request(int samples = 2) => new() { Image = ByteString.CopyFrom(Png(16)), SampleCount = (uint)samples, Seed = 5 };
}
