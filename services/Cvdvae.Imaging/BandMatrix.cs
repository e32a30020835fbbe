using System.Numerics;
using System.Runtime.InteropServices;

namespace Cvdvae.Imaging;

/// <summary>
/// A matrix whose rows are zero outside one short run of columns: how a resize maps the samples of a line to those of the result.
/// </summary>
internal sealed class BandMatrix
{
    private readonly int[] _first;
    private readonly int[] _start;
    private readonly double[] _values;
    private readonly float[] _singleValues;

    /// <summary>Packs a dense matrix, without a row's leading and trailing entries of at most <paramref name="negligible"/>.</summary>
    public BandMatrix(double[,] dense, double negligible = 0)
    {
        (Rows, Columns) = (dense.GetLength(0), dense.GetLength(1));
        _first = new int[Rows];
        _start = new int[Rows + 1];
        var values = new List<double>();
        for (int row = 0; row < Rows; row++)
        {
            (int first, int end) = (0, Columns);
            while (first < end && Math.Abs(dense[row, first]) <= negligible)
            {
                first++;
            }

            while (end > first && Math.Abs(dense[row, end - 1]) <= negligible)
            {
                end--;
            }

            _first[row] = first;
            for (int column = first; column < end; column++)
            {
                values.Add(dense[row, column]);
            }

            _start[row + 1] = values.Count;
        }

        _values = [.. values];
        _singleValues = Array.ConvertAll(_values, v => (float)v);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Combines lines: (Columns, length) to (Rows, length).</summary>
    public void CombineLines<T>(ReadOnlySpan<T> source, Span<T> destination, int length)
        where T : struct, INumber<T>
    {
        destination.Clear();
        AddCombinedLines(source, destination, length);
    }

    /// <summary>Adds the combined lines to what <paramref name="destination"/> holds.</summary>
    public void AddCombinedLines<T>(ReadOnlySpan<T> source, Span<T> destination, int length)
        where T : struct, INumber<T>
    {
        for (int row = 0; row < Rows; row++)
        {
            Span<T> result = destination.Slice(row * length, length);
            ReadOnlySpan<T> weights = Weights<T>(row);
            for (int i = 0; i < weights.Length; i++)
            {
                AddScaled(source.Slice((_first[row] + i) * length, length), weights[i], result);
            }
        }
    }

    /// <summary>
    /// Combines the samples within each line: (lines, Columns, channels) to (lines, Rows, channels).
    /// </summary>
    public void CombineSamples<T>(ReadOnlySpan<T> source, Span<T> destination, int lines, int channels)
        where T : struct, INumber<T>
    {
        for (int line = 0; line < lines; line++)
        {
            ReadOnlySpan<T> from = source.Slice(line * Columns * channels, Columns * channels);
            Span<T> to = destination.Slice(line * Rows * channels, Rows * channels);
            for (int row = 0; row < Rows; row++)
            {
                ReadOnlySpan<T> weights = Weights<T>(row);
                ReadOnlySpan<T> samples = from.Slice(_first[row] * channels, weights.Length * channels);
                for (int channel = 0; channel < channels; channel++)
                {
                    to[(row * channels) + channel] = channels == 1
                        ? Dot(weights, samples)
                        : StridedDot(weights, samples[channel..], channels);
                }
            }
        }
    }

    /// <summary>Adds <paramref name="source"/>, scaled by <paramref name="weight"/>, to as many values of <paramref name="destination"/>.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> source, T weight, Span<T> destination)
        where T : struct, INumber<T>
    {
        ReadOnlySpan<Vector<T>> from = MemoryMarshal.Cast<T, Vector<T>>(source);
        Span<Vector<T>> to = MemoryMarshal.Cast<T, Vector<T>>(destination);
        for (int i = 0; i < from.Length; i++)
        {
            to[i] += from[i] * weight;
        }

        for (int i = from.Length * Vector<T>.Count; i < source.Length; i++)
        {
            destination[i] += source[i] * weight;
        }
    }

    private static T Dot<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> samples)
        where T : struct, INumber<T>
    {
        ReadOnlySpan<Vector<T>> a = MemoryMarshal.Cast<T, Vector<T>>(weights);
        ReadOnlySpan<Vector<T>> b = MemoryMarshal.Cast<T, Vector<T>>(samples);
        Vector<T> sums = Vector<T>.Zero;
        for (int i = 0; i < a.Length; i++)
        {
            sums += a[i] * b[i];
        }

        T sum = Vector.Sum(sums);
        for (int i = a.Length * Vector<T>.Count; i < weights.Length; i++)
        {
            sum += weights[i] * samples[i];
        }

        return sum;
    }

    private static T StridedDot<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> samples, int stride)
        where T : struct, INumber<T>
    {
        T sum = T.Zero;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * samples[i * stride];
        }

        return sum;
    }

    private ReadOnlySpan<T> Weights<T>(int row)
        where T : struct, INumber<T>
    {
        (int start, int length) = (_start[row], _start[row + 1] - _start[row]);
        return typeof(T) == typeof(float)
            ? MemoryMarshal.Cast<float, T>(_singleValues.AsSpan(start, length))
            : MemoryMarshal.Cast<double, T>(_values.AsSpan(start, length));
    }
}
