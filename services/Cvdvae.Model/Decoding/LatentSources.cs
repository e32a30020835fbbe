using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// Says where the latents of each row of a batch come from at one group: rows with a low-res image and l &lt; k from q(z | y) of its low-res encoder,
/// the others from the prior. Rows of different images and of different scales may stand in one batch.
/// </summary>
internal sealed class LatentSources
{
    private readonly IReadOnlyList<DecodeRow> _rows;

    public LatentSources(IReadOnlyList<DecodeRow> rows) => _rows = rows;

    /// <summary>The distribution of every row's latents, (B, zdim, r, r); its tensors are fresh.</summary>
    /// <param name="group">The latent group.</param>
    /// <param name="activated">GELU of the features, (B, width, r, r).</param>
    /// <param name="ofPrior">Computes the prior of all rows; only called where a row needs it.</param>
    public Gaussian At(LatentGroup group, Tensor activated, Func<Gaussian> ofPrior)
    {
        List<IGrouping<LowResBranch, int>> conditioned = [.. Enumerable.Range(0, _rows.Count)
            .Where(row => _rows[row].IsConditioned(group.Index))
            .GroupBy(row => _rows[row].Image!.Branch)];
        int count = conditioned.Sum(rows => rows.Count());
        if (count == _rows.Count && conditioned.Count == 1)
        {
            return conditioned[0].Key.At(group, activated, [.. _rows.Select(row => row.Image!)]);
        }

        Gaussian? all = count < _rows.Count ? ofPrior() : null;
        foreach (IGrouping<LowResBranch, int> rows in conditioned)
        {
            Tensor index = tensor(rows.Select(row => (long)row).ToArray(), device: activated.device);
            Gaussian part = rows.Key.At(group, activated.SelectRows(index), [.. rows.Select(row => _rows[row].Image!)]);
            all ??= new Gaussian(EmptyLike(part.Mean), EmptyLike(part.LogSigma));
            all.Value.Mean.index_copy_(0, index, part.Mean);
            all.Value.LogSigma.index_copy_(0, index, part.LogSigma);
        }

        return all!.Value;
    }

    private Tensor EmptyLike(Tensor part) =>
        empty([_rows.Count, part.shape[2], part.shape[3], part.shape[1]], dtype: part.dtype, device: part.device).permute(0, 3, 1, 2);
}
