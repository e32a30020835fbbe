using System.Runtime.InteropServices;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>The normal numbers of a latent group. Element order within a row's stream: (row, column, channel).</summary>
internal static class LatentNoise
{
    /// <summary>Standard normal numbers times each row's temperature, (B, zdim, r, r), channels-last, of the type and on the device of <paramref name="like"/>.</summary>
    public static Tensor Of(IReadOnlyList<DecodeRow> rows, LatentGroup group, int zdim, INoiseSource source, Tensor like)
    {
        int r = group.Resolution;
        int perRow = r * r * zdim;
        Tensor noise = empty([rows.Count, r, r, zdim], dtype: ScalarType.Float32);
        Span<float> values = MemoryMarshal.Cast<byte, float>(noise.bytes);
        for (int row = 0; row < rows.Count; row++)
        {
            Span<float> own = values.Slice(row * perRow, perRow);
            float temperature = rows[row].Temperature(group.Index);
            if (temperature == 0)
            {
                own.Clear();
                continue;
            }

            source.FillNormal(new NoiseStream(rows[row].Seed, rows[row].Sample, (uint)group.Index), own);
            if (temperature != 1)
            {
                noise.narrow(0, row, 1).TimesInPlace(temperature);
            }
        }

        return noise.permute(0, 3, 1, 2).to(like.dtype).to(like.device);
    }
}
