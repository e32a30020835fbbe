using Cvdvae.Imaging;
using Cvdvae.Model.Previews;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

public sealed class PixelRowsTests
{
    [Fact]
    public void Of_SmallMap_GivesEveryPixelInOrder()
    {
        using var scope = NewDisposeScope();
        Tensor maps = TestTensors.UpTo(2 * 4 * 4 * 3).reshape(2, 4, 4, 3);

        Tensor rows = PixelRows.Of(maps, 5);

        Assert.Equal([32, 3], rows.shape);
        Assert.Equal(Bytes(maps.reshape(32, 3).to(ScalarType.Float64)), Bytes(rows));
    }

    [Fact]
    public void Of_LargeMap_SamplesTogetherSeeEveryPixelOnce()
    {
        using var scope = NewDisposeScope();
        Tensor map = TestTensors.UpTo(64 * 64).reshape(1, 64, 64, 1).expand(4, -1, -1, -1);

        Tensor rows = PixelRows.Of(map, 8);

        Assert.Equal([64 * 64, 1], rows.shape);
        Assert.Equal(Bytes(TestTensors.UpTo(64 * 64).to(ScalarType.Float64)), Bytes(rows.squeeze(1).sort().Values));
    }

    [Fact]
    public void Of_BatchInParts_GivesTheSameRows()
    {
        using var scope = NewDisposeScope();
        Tensor maps = rand([5, 96, 96, 2]);

        Tensor parts = cat([PixelRows.Of(maps.narrow(0, 0, 2), 11), PixelRows.Of(maps.narrow(0, 2, 3), 13)], 0);

        Assert.Equal(Bytes(PixelRows.Of(maps, 11)), Bytes(parts));
    }

    [Fact]
    public void AreaMeans_Rounded_EqualTheImageLibrarys()
    {
        using var scope = NewDisposeScope();
        byte[] pixels = new byte[16 * 16 * 3];
        new Random(4).NextBytes(pixels);

        Tensor means = AreaMeans.Of(tensor(pixels).reshape(1, 16, 16, 3), 4).round().to(ScalarType.Byte);

        Assert.Equal(AreaDownsample.Apply(new RgbImage(16, 16, pixels), 4).Pixels, means.bytes.ToArray());
    }

    private static byte[] Bytes(Tensor tensor) => tensor.contiguous().bytes.ToArray();
}
