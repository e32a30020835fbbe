using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Cvdvae.Imaging;

/// <summary>
/// Moves an image to the nearest one whose bicubic low-resolution version is the given image.
/// </summary>
/// <remarks>
/// With A the matrix of the resize of a line and P = A'(AA')^-1 its pseudo-inverse, a plane x becomes x + P (y - A x A') P', the
/// least-squares nearest plane with A x A' = y. That is exact for real numbers. The clamp to 0..255 undoes part of it, so
/// <see cref="Project(RgbImage, RgbImage, int)"/> alternates the two; the final rounding to 8 bits costs the rest.
/// </remarks>
public static class ConsistencyProjection
{
    /// <summary>Rounds after which more hardly help.</summary>
    public const int DefaultRounds = 10;

    /// <summary>Projects an 8-bit image.</summary>
    /// <param name="image">The super-resolved image.</param>
    /// <param name="lowResolution">What its low-resolution version is to be; neither side longer than the image's.</param>
    /// <param name="rounds">Steps of projection and clamp, at least 1.</param>
    public static RgbImage Project(RgbImage image, RgbImage lowResolution, int rounds = DefaultRounds)
    {
        ArgumentNullException.ThrowIfNull(image);
        double[] planes = new double[image.Pixels.Length];
        PlanarLayout.Deinterleave<double>(image.Pixels, planes);
        return ProjectAndRound(planes, new(image.Width, image.Height), lowResolution, rounds);
    }

    /// <summary>Projects levels that are not yet rounded to 8 bits.</summary>
    /// <param name="planes">(3, size.Height, size.Width) levels, nominally in 0..255.</param>
    /// <param name="size">Size of a plane.</param>
    /// <param name="lowResolution">What the low-resolution version is to be; neither side longer than the plane's.</param>
    /// <param name="rounds">Steps of projection and clamp, at least 1.</param>
    public static RgbImage Project(ReadOnlySpan<float> planes, PlaneSize size, RgbImage lowResolution, int rounds = DefaultRounds)
    {
        size.RequireLength(planes.Length, RgbImage.Channels, nameof(planes));
        double[] copy = new double[planes.Length];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = planes[i];
        }

        return ProjectAndRound(copy, size, lowResolution, rounds);
    }

    /// <summary>One projection of one plane, in place, without clamping: afterwards its bicubic resize equals the given plane.</summary>
    /// <param name="plane">(size.Height, size.Width) values.</param>
    /// <param name="size">Size of <paramref name="plane"/>.</param>
    /// <param name="lowResolution">(lowSize.Height, lowSize.Width) values.</param>
    /// <param name="lowSize">Size of <paramref name="lowResolution"/>; neither side longer than the plane's.</param>
    public static void ProjectPlane(Span<double> plane, PlaneSize size, ReadOnlySpan<double> lowResolution, PlaneSize lowSize)
    {
        size.RequireLength(plane.Length, 1, nameof(plane));
        lowSize.RequireLength(lowResolution.Length, 1, nameof(lowResolution));
        BandMatrix rows = PseudoInverse.OfResize(size.Height, lowSize.Height);
        BandMatrix columns = PseudoInverse.OfResize(size.Width, lowSize.Width);

        double[] missingBuffer = ArrayPool<double>.Shared.Rent(lowResolution.Length);
        Span<double> missing = missingBuffer.AsSpan(0, lowResolution.Length);
        BicubicResizer.Resize(plane, size, missing, lowSize);
        for (int i = 0; i < missing.Length; i++)
        {
            missing[i] = lowResolution[i] - missing[i];
        }

        double[] wideBuffer = ArrayPool<double>.Shared.Rent(lowSize.Height * size.Width);
        Span<double> wide = wideBuffer.AsSpan(0, lowSize.Height * size.Width);
        columns.CombineSamples<double>(missing, wide, lowSize.Height, channels: 1);
        rows.AddCombinedLines<double>(wide, plane, size.Width);
        ArrayPool<double>.Shared.Return(missingBuffer);
        ArrayPool<double>.Shared.Return(wideBuffer);
    }

    private static RgbImage ProjectAndRound(double[] planes, PlaneSize size, RgbImage lowResolution, int rounds)
    {
        ArgumentNullException.ThrowIfNull(lowResolution);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var lowSize = new PlaneSize(lowResolution.Width, lowResolution.Height);
        double[] target = new double[lowResolution.Pixels.Length];
        PlanarLayout.Deinterleave<double>(lowResolution.Pixels, target);
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            Span<double> plane = planes.AsSpan(channel * (int)size.Area, (int)size.Area);
            ReadOnlySpan<double> low = target.AsSpan(channel * (int)lowSize.Area, (int)lowSize.Area);
            for (int round = 0; round < rounds; round++)
            {
                ProjectPlane(plane, size, low, lowSize);
                ClampToLevels(plane);
            }
        }

        var result = new RgbImage(size.Width, size.Height);
        PlanarLayout.Interleave<double>(planes, result.Pixels);
        return result;
    }

    private static void ClampToLevels(Span<double> plane)
    {
        Span<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(plane);
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = Vector.Min(Vector.Max(vectors[i], Vector<double>.Zero), new Vector<double>(255));
        }

        for (int i = vectors.Length * Vector<double>.Count; i < plane.Length; i++)
        {
            plane[i] = Math.Clamp(plane[i], 0, 255);
        }
    }
}
