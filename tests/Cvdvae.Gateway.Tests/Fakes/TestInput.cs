using Cvdvae.Imaging;
using Cvdvae.Imaging.Tests;
using Google.Protobuf;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>Images as a client sends them.</summary>
internal static class TestInput
{
    public static ByteString Png(int width, int height) =>
        ByteString.CopyFrom(ImageCodec.Encode(TestImages.Gradient(width, height), ImageEncoding.Png, 90));

    public static ByteString Png(int side) => Png(side, side);
}
