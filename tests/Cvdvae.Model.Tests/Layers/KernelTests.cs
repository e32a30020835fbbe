using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Layers;

[Collection(ProcessWide.Name)]
public sealed class KernelTests : IDisposable
{
    private readonly IDisposable _mode = inference_mode();
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>Batch, channels in and out, side: below and above the work from which oneDNN does it, channels that fill its blocks and that don't, sides that are a whole strip, several, and none.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 8, 6, 1 },
        { 3, 7, 24, 4 },
        { 1, 128, 512, 1 },
        { 2, 512, 128, 4 },
        { 1, 144, 512, 8 },
        { 1, 36, 544, 12 },
        { 5, 56, 160, 16 },
        { 1, 1024, 40, 10 },
        { 1, 512, 100, 32 },
        { 2, 40, 40, 64 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Of_Frozen1x1_IsTheConvolution(int batch, int channels, int outputs, int side) => IsTheSameFrozen(nn.Conv2d(channels, outputs, 1), batch, side);

    [Theory]
    [InlineData(1, 3, 512, 16)]
    [InlineData(1, 36, 36, 8)]
    [InlineData(3, 24, 24, 32)]
    [InlineData(2, 128, 128, 4)]
    [InlineData(1, 16, 40, 12)]
    [InlineData(5, 10, 10, 6)]
    [InlineData(1, 128, 128, 64)]
    public void Of_Frozen3x3_IsTheConvolution(int batch, int channels, int outputs, int side) => IsTheSameFrozen(nn.Conv2d(channels, outputs, 3, padding: 1), batch, side);

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public void Parts_OfInputsAndOutputs_MakeTheWhole(int side)
    {
        Conv2d convolution = nn.Conv2d(96, 80, 1);
        (Tensor one, Tensor other) = (ChannelsLast(3, 64, side), ChannelsLast(3, 32, side));
        Tensor expected = convolution.call(cat([one, other], 1));
        Kernel[] inputs = [Kernel.OfInputs(convolution, side, 0, 64), Kernel.OfInputs(convolution, side, 64, 32)];
        Kernel[] outputs = [Kernel.OfOutputs(convolution, side, 0, 16), Kernel.OfOutputs(convolution, side, 16, 64)];

        foreach (bool isFrozen in (ReadOnlySpan<bool>)[false, true])
        {
            TensorAssert.Close(expected, inputs[0].SumOf(one, inputs[1].Of(other)));
            TensorAssert.Close(expected, cat([.. outputs.Select(part => part.Of(cat([one, other], 1)))], 1));
            Array.ForEach([.. inputs, .. outputs], kernel => kernel.Freeze());
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(32)]
    public void Sum_OfTwo_IsTheirSumOverBothInputs(int side)
    {
        (Conv2d wide, Conv2d narrow) = (nn.Conv2d(40, 60, 1), nn.Conv2d(16, 50, 1));
        (Tensor one, Tensor other) = (ChannelsLast(2, 40, side), ChannelsLast(2, 16, side));
        Tensor expected = wide.call(one).narrow(1, 10, 50).Plus(narrow.call(other));
        Kernel sum = Kernel.Sum(Kernel.OfOutputs(wide, side, 10, 50), Kernel.Of(narrow, side));

        TensorAssert.Close(expected, sum.Of(cat([one, other], 1)));
        sum.Freeze();
        TensorAssert.Close(expected, sum.Of(cat([one, other], 1)));
    }

    [Fact]
    public void SumOf_OneForTheWholeBatch_IsAddedToEach()
    {
        Conv2d convolution = nn.Conv2d(64, 64, 1);
        (Tensor input, Tensor other) = (ChannelsLast(3, 64, 16), ChannelsLast(1, 64, 16));
        Kernel kernel = Kernel.Of(convolution, 16);
        Tensor expected = convolution.call(input).Plus(other);
        Tensor kept = other.clone();

        kernel.Freeze();

        TensorAssert.Close(expected, kernel.SumOf(input, other));
        TensorAssert.Equal(kept, other);
    }

    [Fact]
    public void Freeze_LaterParameters_AreNotSeen()
    {
        Conv2d convolution = nn.Conv2d(64, 64, 3, padding: 1);
        Kernel kernel = Kernel.Of(convolution, 16);
        Tensor input = ChannelsLast(1, 64, 16);
        Tensor before = kernel.Of(input);
        Assert.SkipUnless(kernel.Freeze(), "this processor's oneDNN can't run frozen convolutions");

        convolution.weight.zero_();

        TensorAssert.Close(before, kernel.Of(input));
    }

    [Fact]
    public void Freeze_OtherPrecision_LeavesTheParameters()
    {
        Conv2d convolution = nn.Conv2d(8, 8, 1);
        convolution.to(ScalarType.BFloat16);

        Assert.False(Kernel.Of(convolution, 4).Freeze());
    }

    public void Dispose()
    {
        _scope.Dispose();
        _mode.Dispose();
    }

    // Of the matrix product or convolution in double precision: libtorch's own 1x1 convolutions are wrong on some processors.
    private static void IsTheSameFrozen(Conv2d convolution, int batch, int side)
    {
        Tensor input = ChannelsLast(batch, (int)convolution.weight.shape[1], side);
        Tensor precise = nn.functional.conv2d(
            input.to(ScalarType.Float64), convolution.weight.to(ScalarType.Float64), convolution.bias!.to(ScalarType.Float64), padding: [convolution.weight.shape[2] / 2, convolution.weight.shape[3] / 2]);
        Tensor expected = precise.to(ScalarType.Float32);
        Tensor activated = nn.functional.gelu(precise).to(ScalarType.Float32);
        Tensor other = ChannelsLast(batch, (int)convolution.weight.shape[0], side);
        Kernel kernel = Kernel.Of(convolution, side);

        foreach (bool isFrozen in (ReadOnlySpan<bool>)[false, true])
        {
            Tensor output = kernel.Of(input);
            TensorAssert.Close(expected, output);
            Assert.True(output.permute(0, 2, 3, 1).is_contiguous());
            TensorAssert.Close(activated, kernel.ActivatedOf(input));
            TensorAssert.Close(expected.Plus(other), kernel.SumOf(input, other));
            kernel.Freeze();
        }
    }

    private static Tensor ChannelsLast(int batch, int channels, int side) => randn(batch, side, side, channels).permute(0, 3, 1, 2);
}
