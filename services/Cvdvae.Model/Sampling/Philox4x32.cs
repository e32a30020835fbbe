using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// Philox4x32-10: a counter-based generator that turns a 128-bit counter and a 64-bit key into 128 random bits.
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3.
/// </summary>
public static class Philox4x32
{
    /// <summary>Rounds of the recommended variant.</summary>
    public const int Rounds = 10;

    /// <summary>Factor of counter word 0 in each round.</summary>
    internal const uint Multiplier0 = 0xD2511F53;

    /// <summary>Factor of counter word 2.</summary>
    internal const uint Multiplier1 = 0xCD9E8D57;

    /// <summary>What key word 0 grows by from round to round.</summary>
    internal const uint Weyl0 = 0x9E3779B9;

    /// <summary>What key word 1 grows by.</summary>
    internal const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four random words of one counter.</summary>
    /// <param name="counter">Counter words c0 to c3.</param>
    /// <param name="key">Key words k0 (low 32 bits) and k1 (high 32 bits).</param>
    public static Vector128<uint> Block(Vector128<uint> counter, ulong key)
    {
        (uint c0, uint c1, uint c2, uint c3) = (counter[0], counter[1], counter[2], counter[3]);
        (uint k0, uint k1) = ((uint)key, (uint)(key >> 32));
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return Vector128.Create(c0, c1, c2, c3);
    }

    /// <summary>The random words of four consecutive counters, <paramref name="counter"/> and the three after it in c0.</summary>
    /// <param name="counter">The first counter; the lower words of the others are c0 + 1 to c0 + 3 (modulo 2^32).</param>
    /// <param name="key">Key words k0 (low 32 bits) and k1 (high 32 bits).</param>
    /// <param name="even">Words 0 and 2 of each block: b0.0, b0.2, b1.0, b1.2, ...</param>
    /// <param name="odd">Words 1 and 3 of each block: b0.1, b0.3, b1.1, b1.3, ...</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FourBlocks(Vector128<uint> counter, ulong key, out Vector256<uint> even, out Vector256<uint> odd)
    {
        // One block per 64-bit lane: a word lives in the low half. The high halves fill with leftovers of the products, which
        // nothing reads: the multiplication takes the low halves only, and a xor keeps the halves apart.
        Vector256<ulong> c0 = Vector256.Create((ulong)counter[0]) + Vector256.Create(0UL, 1, 2, 3);
        Vector256<ulong> c1 = Vector256.Create((ulong)counter[1]);
        Vector256<ulong> c2 = Vector256.Create((ulong)counter[2]);
        Vector256<ulong> c3 = Vector256.Create((ulong)counter[3]);
        Vector256<ulong> k0 = Vector256.Create(key);
        Vector256<ulong> k1 = Vector256.Create(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> product0 = MultiplyLowHalves(c0, Multiplier0);
            Vector256<ulong> product1 = MultiplyLowHalves(c2, Multiplier1);
            c0 = (product1 >>> 32) ^ c1 ^ k0;
            c1 = product1;
            c2 = (product0 >>> 32) ^ c3 ^ k1;
            c3 = product0;
            k0 += Vector256.Create((ulong)Weyl0);
            k1 += Vector256.Create((ulong)Weyl1);
        }

        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        even = ((c0 & low) | (c2 << 32)).AsUInt32();
        odd = ((c1 & low) | (c3 << 32)).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyLowHalves(Vector256<ulong> value, uint factor) =>
        Avx2.IsSupported
            ? Avx2.Multiply(value.AsUInt32(), Vector256.Create(factor))
            : (value & Vector256.Create((ulong)uint.MaxValue)) * factor;
}
