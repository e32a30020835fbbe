using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>The normal numbers of a latent group. Element order within a row's stream: (row, column, channel).</summary>
internal static class LatentNoise
{
    /// <summary>Standard normal numbers times each row's temperature, (B, zdim, r, r), channels-last, of the type and on the device of <paramref name="like"/>.</summary>
    public static Tensor Of(IReadOnlyList<DecodeRow> rows, LatentGroup group, int zdim, INoiseSource source, Tensor like)
    {
        int r = group.Resolution;
        using DisposeScope scope = NewDisposeScope();
        Tensor noise = OfRows(rows, group, LengthOf(group, zdim), source, like.device).view(rows.Count, r, r, zdim);
        return noise.permute(0, 3, 1, 2).to(like.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Count of a row's numbers.</summary>
    public static int LengthOf(LatentGroup group, int zdim) => group.Resolution * group.Resolution * zdim;

    /// <summary>The stream that a row's numbers come from.</summary>
    public static NoiseStream StreamOf(DecodeRow row, LatentGroup group) => new(row.Seed, row.Sample, (uint)group.Index);

    /// <summary>The numbers of each row, (B, perRow).</summary>
    private static Tensor OfRows(IReadOnlyList<DecodeRow> rows, LatentGroup group, int perRow, INoiseSource source, Device device)
    {
        float[] temperatures = [.. rows.Select(row => row.Temperature(group.Index))];
        if (temperatures.All(temperature => temperature == 0))
        {
            return zeros([rows.Count, perRow], dtype: ScalarType.Float32, device: device);
        }

        Tensor noise = source.Normals([.. rows.Select(row => StreamOf(row, group))], perRow, device);
        return temperatures.Distinct().Count() > 1
            ? noise.mul_(tensor(temperatures).view(rows.Count, 1).to(device))
            : temperatures[0] == 1 ? noise : noise.TimesInPlace(temperatures[0]);
    }
}
