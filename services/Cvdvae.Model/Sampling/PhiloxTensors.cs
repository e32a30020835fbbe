using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// The numbers of <see cref="PhiloxNoise"/>, computed by operations of libtorch where a tensor is: a graphics card makes in microseconds what a processor and the way to
/// the card need milliseconds for. The random words are the same, bit for bit; the floats agree to a few units in the last place.
/// </summary>
internal static class PhiloxTensors
{
    private const int WordsOfBlock = 4;
    private const int WordBits = 32;
    private const int UnusedBits = 8;
    private const long WordMask = uint.MaxValue;

    /// <summary>The first standard normals of each stream, (streams, length), float32.</summary>
    public static Tensor Normals(IReadOnlyList<NoiseStream> streams, int length, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor even, Tensor odd) = Words(streams, PhiloxNoise.NormalKind, length, device);
        Tensor radius = even.to(ScalarType.Float32).TimesInPlace(NoiseTransforms.TwoToMinus32).PlusInPlace(NoiseTransforms.TwoToMinus32 / 2).log_().TimesInPlace(-2).sqrt_();

        // In float64 the angle is as exact as the quarter turns of the processor's way.
        Tensor angle = odd.bitwise_right_shift_(tensor((long)UnusedBits)).to(ScalarType.Float64).TimesInPlace(2 * Math.PI * NoiseTransforms.TwoToMinus24);
        return InOrder(radius.mul(angle.cos().to(ScalarType.Float32)), radius.mul(angle.sin_().to(ScalarType.Float32)), length).MoveToOuterDisposeScope();
    }

    /// <summary>The first uniforms of each stream, (streams, length), float32.</summary>
    public static Tensor Uniforms(IReadOnlyList<NoiseStream> streams, int length, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor even, Tensor odd) = Words(streams, PhiloxNoise.UniformKind, length, device);
        return InOrder(even, odd, length).bitwise_right_shift_(tensor((long)UnusedBits)).to(ScalarType.Float32)
            .TimesInPlace(NoiseTransforms.TwoToMinus24).TimesInPlace(NoiseTransforms.UniformRange).PlusInPlace(NoiseTransforms.LowestUniform)
            .WithinInPlace(0, NoiseTransforms.HighestUniform).MoveToOuterDisposeScope();
    }

    /// <summary>Words 0 and 2, and words 1 and 3, of the first blocks of each stream: (2, streams, blocks) each, int64 from 0 to 2^32 - 1.</summary>
    private static (Tensor Even, Tensor Odd) Words(IReadOnlyList<NoiseStream> streams, uint kind, int length, Device device)
    {
        int count = streams.Count;
        int blocks = (length + WordsOfBlock - 1) / WordsOfBlock;

        // One way to the card for all that depends on the streams: the keys of the rounds, the factors, and what the counters start with.
        long[] values =
        [
            .. RoundKeys(streams), Philox4x32.Multiplier1, Philox4x32.Multiplier0,
            .. streams.Select(stream => (long)stream.Group), .. streams.Select(_ => (long)kind), .. streams.Select(stream => (long)stream.Sample),
        ];
        Tensor parameters = tensor(values).to(device);
        Tensor keys = parameters.narrow(0, 0, Philox4x32.Rounds * 2 * count).view(Philox4x32.Rounds, 2, count, 1);
        Tensor factors = parameters.narrow(0, keys.numel(), 2).view(2, 1, 1);
        Tensor groups = parameters.narrow(0, keys.numel() + 2, count).view(1, count, 1);
        Tensor even = cat([Arithmetic.UpTo(blocks, device).view(1, 1, blocks).expand(1, count, blocks), groups.expand(1, count, blocks)], 0);
        Tensor odd = parameters.narrow(0, keys.numel() + 2 + count, 2 * count).view(2, count, 1);
        Tensor shift = tensor((long)WordBits);
        Tensor mask = tensor(WordMask);
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            // Of the product with word 2 the upper half goes into word 0 and the lower one is word 1; the one with word 0 goes into words 2 and 3.
            Tensor product = even.flip(0).mul_(factors);
            Tensor sum = product.bitwise_right_shift(shift).bitwise_xor_(odd).bitwise_xor_(keys.select(0, round)).bitwise_and_(mask);
            even.Dispose();
            odd.Dispose();

            // What is above the lower half is cut off where it has been added.
            (even, odd) = (sum, product);
        }

        return (even, odd.bitwise_and_(mask));
    }

    /// <summary>Key words of all rounds: by round, word and stream.</summary>
    private static IEnumerable<long> RoundKeys(IReadOnlyList<NoiseStream> streams)
    {
        for (uint round = 0; round < Philox4x32.Rounds; round++)
        {
            foreach (NoiseStream stream in streams)
            {
                yield return (uint)stream.Seed + (round * Philox4x32.Weyl0);
            }

            foreach (NoiseStream stream in streams)
            {
                yield return (uint)(stream.Seed >> WordBits) + (round * Philox4x32.Weyl1);
            }
        }
    }

    /// <summary>Of the numbers at places 0 and 2 and those at places 1 and 3 of the blocks, (2, streams, blocks), all in their order, (streams, length).</summary>
    private static Tensor InOrder(Tensor even, Tensor odd, int length)
    {
        using DisposeScope scope = NewDisposeScope();
        return stack([even, odd], -1).permute(1, 2, 0, 3).reshape(even.shape[1], -1).narrow(1, 0, length).contiguous().MoveToOuterDisposeScope();
    }
}
