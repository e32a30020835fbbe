namespace Cvdvae.Imaging.Quality;

/// <summary>
/// MATLAB's <c>imresize(plane, 0.5)</c>: half of an odd side is rounded up, and samples lie two apart all the same, where
/// <see cref="BicubicResizer"/> spreads them over the whole side.
/// </summary>
internal static class HalfSize
{
    /// <summary>Halves a plane, without rounding or clamping its values.</summary>
    /// <param name="plane">(size.Height, size.Width) values.</param>
    /// <param name="size">Size of the plane.</param>
    public static (double[] Plane, PlaneSize Size) Of(ReadOnlySpan<double> plane, PlaneSize size)
    {
        BandMatrix rows = BicubicKernel.Band(size.Height, (size.Height + 1) / 2, 0.5);
        BandMatrix columns = BicubicKernel.Band(size.Width, (size.Width + 1) / 2, 0.5);
        double[] middle = new double[rows.Rows * size.Width];
        double[] half = new double[rows.Rows * columns.Rows];
        rows.CombineLines(plane, middle, size.Width);
        columns.CombineSamples<double>(middle, half, rows.Rows, channels: 1);
        return (half, new PlaneSize(columns.Rows, rows.Rows));
    }
}
