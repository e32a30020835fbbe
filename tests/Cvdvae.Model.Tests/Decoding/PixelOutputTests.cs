using Cvdvae.Model.Decoding;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Tests.Sampling;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

public sealed class PixelOutputTests
{
    private const int Components = 3;
    private const int Height = 6;
    private const int Width = 7;
    private const int GroupCount = 11;
    private static readonly DecodeRow[] Rows = [new(1, 0, 1, 1), new(1, 1, 1, 1), new(ulong.MaxValue, 9, 1, 1)];

    [Theory]
    [InlineData(PixelSampling.Sample, 0)]
    [InlineData(PixelSampling.Sample, -3.25)]
    [InlineData(PixelSampling.Mode, 0)]
    [InlineData(PixelSampling.Mode, 3.5)]
    [InlineData(PixelSampling.Mean, 0)]
    [InlineData(PixelSampling.Mean, 64)]
    public void Images_RandomParameters_EqualScalarLoops(PixelSampling sampling, double bias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = Parameters();

        Tensor images = new PixelOutput(GroupCount, bias).Images(parameters, Rows, sampling, TinyModel.Noise);

        Assert.Equal(ScalarType.Byte, images.dtype);
        Assert.Equal([Rows.Length, Height, Width, 3], images.shape);
        byte[] levels = [.. images.data<byte>()];
        for (int row = 0; row < Rows.Length; row++)
        {
            float[] component = Uniform(row, GroupCount, Components);
            float[] logistic = Uniform(row, GroupCount + 1, 3);
            for (int pixel = 0; pixel < Height * Width; pixel++)
            {
                double[] own = [.. Channels([.. parameters[row].contiguous().data<float>()], pixel)];
                var mixture = new ScalarMixture(own);
                double[] expected = sampling switch
                {
                    PixelSampling.Sample => mixture.Sample([.. Channels(component, pixel)], [.. Channels(logistic, pixel)]),
                    PixelSampling.Mode => mixture.Mode(),
                    _ => mixture.Mean(),
                };
                for (int colour = 0; colour < 3; colour++)
                {
                    double level = Math.Clamp(((expected[colour] + 1) * 127.5) + bias, 0, 255);
                    Assert.Equal(level, levels[((row * Height * Width) + pixel) * 3 + colour], 0.5 + 1e-3);
                }
            }
        }
    }

    [Theory]
    [InlineData(PixelSampling.Mode)]
    [InlineData(PixelSampling.Mean)]
    public void Images_ModeAndMean_NeedNoNoise(PixelSampling sampling)
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor images = new PixelOutput(GroupCount).Images(Parameters(), Rows, sampling, new FailingNoise(int.MaxValue, 0));

        Assert.Equal(Rows.Length, images.shape[0]);
    }

    [Fact]
    public void Images_ChannelsLastParameters_GiveTheSame()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = Parameters();
        Tensor channelsLast = parameters.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var output = new PixelOutput(GroupCount);

        foreach (PixelSampling sampling in Enum.GetValues<PixelSampling>())
        {
            Tensor expected = output.Images(parameters, Rows, sampling, TinyModel.Noise);
            TensorAssert.Equal(expected, output.Images(channelsLast, Rows, sampling, TinyModel.Noise));
        }
    }

    [Fact]
    public void Images_RowOfABatch_EqualsItselfAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = Parameters();
        var output = new PixelOutput(GroupCount);

        Tensor together = output.Images(parameters, Rows, PixelSampling.Sample, TinyModel.Noise);

        for (int row = 0; row < Rows.Length; row++)
        {
            Tensor alone = output.Images(parameters.narrow(0, row, 1), [Rows[row]], PixelSampling.Sample, TinyModel.Noise);
            TensorAssert.Equal(alone, together.narrow(0, row, 1));
        }
    }

    [Fact]
    public void Images_UnknownSampling_Throws()
    {
        using Tensor parameters = Parameters();

        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelOutput(GroupCount).Images(parameters, Rows, (PixelSampling)9, TinyModel.Noise));
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1, 0, 255)]
    [InlineData(-2, 0, 0)]
    [InlineData(2, 0, 255)]
    [InlineData(-1, 0.5, 0)] // halves go to the even level
    [InlineData(-1, 1.5, 2)]
    [InlineData(-1, 2.5, 2)]
    [InlineData(0, 0, 128)]
    [InlineData(0, 1, 128)]
    [InlineData(0, 2, 130)]
    [InlineData(-1, -64, 0)]
    [InlineData(1, 64, 255)]
    [InlineData(1, -0.75, 254)]
    [InlineData(0.5, 0, 191)]
    public void ToLevels_Value_IsRoundedHalfToEvenAndClamped(double value, double bias, int level)
    {
        using Tensor levels = PixelOutput.ToLevels(tensor([(float)value]), bias);

        Assert.Equal(ScalarType.Byte, levels.dtype);
        Assert.Equal(level, levels.item<byte>());
    }

    [Fact]
    public void ToLevels_EveryLevel_ComesBack()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = TestTensors.UpTo(256);

        TensorAssert.Equal(levels, PixelOutput.ToLevels(levels.Minus(127.5).Over(127.5)));
    }

    private static Tensor Parameters()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = TinyModel.Random(1, Rows.Length, 10, Components, Height, Width);
        foreach (long row in new long[] { 2, 5, 8 })
        {
            parameters.narrow(1, row, 1).TimesInPlace(3).PlusInPlace(tensor(-4f)); // log-scales, some below the floor
        }

        return parameters.view(Rows.Length, 10 * Components, Height, Width).MoveToOuterDisposeScope();
    }

    private static float[] Uniform(int row, int group, int channels)
    {
        float[] values = new float[channels * Height * Width];
        TinyModel.Noise.FillUniform(new NoiseStream(Rows[row].Seed, Rows[row].Sample, (uint)group), values);
        return values;
    }

    private static IEnumerable<double> Channels(float[] planes, int pixel)
    {
        for (int index = pixel; index < planes.Length; index += Height * Width)
        {
            yield return planes[index];
        }
    }
}
