using System.Runtime.Intrinsics;
using Cvdvae.Model.Sampling;
using Xunit;

namespace Cvdvae.Model.Tests.Sampling;

public sealed class Philox4x32Tests
{
    // The known answers that Random123 (the authors' library) publishes for philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0ul, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_KnownAnswers_AreReproduced(uint c0, uint c1, uint c2, uint c3, ulong key, uint r0, uint r1, uint r2, uint r3)
    {
        Vector128<uint> counter = Vector128.Create(c0, c1, c2, c3);

        Assert.Equal(Vector128.Create(r0, r1, r2, r3), Philox4x32.Block(counter, key));

        Philox4x32.FourBlocks(counter, key, out Vector256<uint> even, out Vector256<uint> odd);
        Assert.Equal((r0, r1, r2, r3), (even[0], odd[0], even[1], odd[1]));
    }

    [Theory]
    [InlineData(0u, 0ul)]
    [InlineData(12345u, 0xfedcba9876543210ul)]
    [InlineData(0xfffffffeu, 0x00000001fffffffful)]
    public void FourBlocks_AnyCounter_EqualFourSingleBlocks(uint first, ulong key)
    {
        Vector128<uint> counter = Vector128.Create(first, 7u, 0x80000001u, 0xffffffffu);

        Philox4x32.FourBlocks(counter, key, out Vector256<uint> even, out Vector256<uint> odd);

        for (int i = 0; i < 4; i++)
        {
            Vector128<uint> expected = Philox4x32.Block(counter.WithElement(0, unchecked(first + (uint)i)), key);
            Vector128<uint> actual = Vector128.Create(even[2 * i], odd[2 * i], even[(2 * i) + 1], odd[(2 * i) + 1]);
            Assert.Equal(expected, actual);
        }
    }
}
