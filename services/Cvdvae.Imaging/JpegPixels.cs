namespace Cvdvae.Imaging;

/// <summary>
/// Tells a JPEG that is whole from one that was cut. A decoder fills what is missing with grey, or with less detail, and says nothing;
/// where the file gives reason to doubt, it is decoded again with other bytes after its end: pixels that are all there don't change.
/// </summary>
internal static class JpegPixels
{
    private const int Cmyk = 4;

    // A missing block is 128 in all channels. Smoothed colours move that a little, and a colour profile's curve moves it alike in all.
    private const int DarkestGrey = 96;
    private const int LightestGrey = 168;
    private const int GreySlack = 3;

    // Of a small image even the last block is a part to be missed, and looking twice costs some 3 ms.
    private const int SmallPixels = 1 << 18;

    private static readonly byte[] s_end = [0xFF, 0xD9];

    // Neither zeros, which a decoder puts there by itself, nor a mark.
    private static readonly byte[] s_otherBytes = [.. Enumerable.Range(0, 64).Select(i => (byte)(0x5B + (i * 59 % 0x60)))];

    /// <param name="decode">Decodes a file; its pixels as they are stored.</param>
    /// <param name="data">The file.</param>
    public static RgbImage Decode(Func<byte[], RgbImage> decode, ReadOnlySpan<byte> data)
    {
        JpegStructure structure = JpegStructure.Of(data);
        ReadOnlySpan<byte> coded = data[..structure.EndOfPixels].TrimEnd((byte)0xFF);
        RgbImage image = decode(structure.HasEnd ? data.ToArray() : [.. coded, .. s_end]);
        if (!structure.HasAllScans)
        {
            throw Truncated();
        }

        bool small = image.Width * image.Height <= SmallPixels;
        bool doubtful = small || !structure.HasEnd || structure.Scans > 1 || structure.Components == Cmyk || EndsInGrey(image);
        if (doubtful && !image.Pixels.AsSpan().SequenceEqual(decode([.. coded, .. s_otherBytes, .. s_end]).Pixels))
        {
            throw Truncated();
        }

        return image;
    }

    private static bool EndsInGrey(RgbImage image)
    {
        (byte red, byte green, byte blue) = image[image.Width - 1, image.Height - 1];
        return green is >= DarkestGrey and <= LightestGrey && Math.Abs(red - green) <= GreySlack && Math.Abs(blue - green) <= GreySlack;
    }

    private static InvalidImageException Truncated() => new("The JPEG image is truncated: a part of its pixels is missing.");
}
