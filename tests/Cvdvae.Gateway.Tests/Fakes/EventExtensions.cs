using Cvdvae.Imaging;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>Picks events of a call by kind.</summary>
internal static class EventExtensions
{
    public static List<Preview> Previews(this IEnumerable<UpscaleResponse> events) =>
        [.. events.Where(e => e.Preview is not null).Select(e => e.Preview)];

    public static List<Result> Results(this IEnumerable<UpscaleResponse> events) =>
        [.. events.Where(e => e.Result is not null).Select(e => e.Result)];

    /// <summary>The pixels of a losslessly stored image.</summary>
    public static byte[] Pixels(this Image image) => image.Format == ImageFormat.RawRgb
        ? image.Data.ToByteArray()
        : ImageCodec.Decode(image.Data.Span, ImageDecodeLimits.Default).Pixels;
}
