namespace Cvdvae.Imaging.Quality;

/// <summary>A square window of Gaussian weights that sum to 1, applied as two passes of one line of weights.</summary>
internal sealed class GaussianWindow
{
    private readonly double[] _weights;

    /// <summary>Makes a window.</summary>
    /// <param name="side">Weights along a side, odd.</param>
    /// <param name="sigma">Standard deviation in samples.</param>
    public GaussianWindow(int side, double sigma)
    {
        _weights = new double[side];
        double sum = 0;
        for (int i = 0; i < side; i++)
        {
            double distance = i - (side / 2);
            _weights[i] = Math.Exp(-distance * distance / (2 * sigma * sigma));
            sum += _weights[i];
        }

        for (int i = 0; i < side; i++)
        {
            _weights[i] /= sum;
        }
    }

    /// <summary>Weights along a side.</summary>
    public int Side => _weights.Length;

    /// <summary>Weighted means at the positions where the whole window lies in the plane.</summary>
    /// <param name="plane">(size.Height, size.Width) values.</param>
    /// <param name="size">Size of the plane; no side is below <see cref="Side"/>.</param>
    /// <returns>(size.Height - Side + 1, size.Width - Side + 1) means.</returns>
    public double[] FilterInside(ReadOnlySpan<double> plane, PlaneSize size)
    {
        int height = size.Height - Side + 1;
        int width = size.Width - Side + 1;
        double[] line = new double[size.Width];
        double[] result = new double[height * width];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(line);
            for (int i = 0; i < Side; i++)
            {
                BandMatrix.AddScaled(plane.Slice((y + i) * size.Width, size.Width), _weights[i], line);
            }

            Span<double> means = result.AsSpan(y * width, width);
            for (int i = 0; i < Side; i++)
            {
                BandMatrix.AddScaled(line.AsSpan(i, width), _weights[i], means);
            }
        }

        return result;
    }

    /// <summary>Weighted means at all positions; beyond the edges lie zeros.</summary>
    /// <param name="plane">(size.Height, size.Width) values.</param>
    /// <param name="size">Size of the plane.</param>
    /// <returns>(size.Height, size.Width) means.</returns>
    public double[] FilterPadded(ReadOnlySpan<double> plane, PlaneSize size)
    {
        int margin = Side / 2;
        var paddedSize = new PlaneSize(size.Width + (2 * margin), size.Height + (2 * margin));
        double[] padded = new double[paddedSize.Area];
        for (int y = 0; y < size.Height; y++)
        {
            plane.Slice(y * size.Width, size.Width).CopyTo(padded.AsSpan(((y + margin) * paddedSize.Width) + margin));
        }

        return FilterInside(padded, paddedSize);
    }
}
