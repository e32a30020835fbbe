namespace Cvdvae.Imaging;

/// <summary>The largest square in the middle of an image: how an image of any shape becomes one that a model takes.</summary>
public static class MiddleSquare
{
    /// <summary>Cuts the square out; of an odd number of lines too many, the larger part goes at the end.</summary>
    public static RgbImage Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        int side = Math.Min(image.Width, image.Height);
        return image.Width == image.Height ? image : image.Crop((image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }

    /// <summary>Cuts the square out and resizes it with the degradation's bicubic kernel where its side is another.</summary>
    /// <param name="image">The image.</param>
    /// <param name="size">Side of the result in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public static RgbImage Resized(RgbImage image, int size)
    {
        RgbImage square = Of(image);
        return square.Width == size ? square : BicubicResizer.Resize(square, size, size);
    }
}
