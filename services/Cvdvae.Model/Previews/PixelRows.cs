using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>Maps to rows, one for each pixel that the fit looks at.</summary>
internal static class PixelRows
{
    /// <summary>
    /// Side of the grid of pixels that a sample gives at most. Neighbours at finer resolutions say nearly the same: a thousand pixels of each of
    /// some thousand samples determine some hundred weights with an error far below a level, and the cost stays small beside that of decoding.
    /// </summary>
    private const int Side = 32;

    /// <summary>The rows of a batch, (n, C), double precision, on the CPU.</summary>
    /// <param name="maps">(B, r, r, C).</param>
    /// <param name="firstSample">
    /// Index of the first sample; the next ones follow. Samples take turns with the offset of the grid, so that every pixel has its part and nothing
    /// is biased towards a corner.
    /// </param>
    public static Tensor Of(Tensor maps, int firstSample)
    {
        using DisposeScope scope = NewDisposeScope();
        int r = (int)maps.shape[1];
        int stride = (r + Side - 1) / Side;
        Tensor[] rows = stride == 1 ? [maps.flatten(0, 2)] : [.. Enumerable.Range(0, (int)maps.shape[0]).Select(Sparse)];
        return cat(rows, 0).cpu().to(ScalarType.Float64).MoveToOuterDisposeScope();

        Tensor Sparse(int index)
        {
            int turn = (firstSample + index) % (stride * stride);
            return maps[index].slice(0, turn / stride, r, stride).slice(1, turn % stride, r, stride).flatten(0, 1);
        }
    }
}
