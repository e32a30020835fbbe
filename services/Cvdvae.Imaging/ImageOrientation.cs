using SkiaSharp;

namespace Cvdvae.Imaging;

/// <summary>Turns and mirrors an image as its EXIF orientation (1 to 8) asks, so that it stands upright.</summary>
internal static class ImageOrientation
{
    public static RgbImage Apply(RgbImage image, SKEncodedOrigin? origin)
    {
        if (origin is null or SKEncodedOrigin.TopLeft)
        {
            return image;
        }

        (int right, int bottom) = (image.Width - 1, image.Height - 1);
        bool swapsSides = origin >= SKEncodedOrigin.LeftTop;
        var result = new RgbImage(swapsSides ? image.Height : image.Width, swapsSides ? image.Width : image.Height);
        for (int y = 0; y < result.Height; y++)
        {
            for (int x = 0; x < result.Width; x++)
            {
                (int fromX, int fromY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (right - x, y),
                    SKEncodedOrigin.BottomRight => (right - x, bottom - y),
                    SKEncodedOrigin.BottomLeft => (x, bottom - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, bottom - x),
                    SKEncodedOrigin.RightBottom => (right - y, bottom - x),
                    _ => (right - y, x),
                };
                result[x, y] = image[fromX, fromY];
            }
        }

        return result;
    }
}
