using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Layers;

[Collection(ProcessWide.Name)]
public sealed class ConvolutionsTests
{
    /// <summary>Batch, channels in and out, side: small ones, large ones that can be divided into strips and that can't, batches of sixteen.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 3, 5, 1 },
        { 7, 16, 8, 1 },
        { 2, 40, 160, 4 },
        { 1, 64, 200, 16 },
        { 3, 96, 24, 32 },
        { 5, 160, 640, 8 },
        { 2, 32, 170, 24 },
        { 1, 128, 512, 15 },
        { 16, 24, 96, 32 },
        { 17, 8, 8, 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Apply1x1_ChannelsLast_IsTheConvolutionAndStaysChannelsLast(int batch, int channels, int outputs, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor weight, Tensor bias) = (randn(outputs, channels, 1, 1), randn(outputs));
        Tensor input = randn(batch, side, side, channels).permute(0, 3, 1, 2);

        Tensor output = Convolutions.Apply1x1(input, weight, bias);

        TensorAssert.Close(Expected(input, weight, bias), output);
        Assert.True(output.permute(0, 2, 3, 1).is_contiguous());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Apply1x1_ChannelsFirstOrPartOfAWeight_IsTheConvolution(int batch, int channels, int outputs, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn(outputs, 2 * channels, 1, 1).narrow(1, channels, channels);
        Tensor first = randn(batch, channels, side, side);
        Tensor last = first.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        TensorAssert.Close(Expected(first, weight, null), Convolutions.Apply1x1(first, weight, null));
        TensorAssert.Close(Expected(first, weight, null), Convolutions.Apply1x1(last, weight, null));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Apply1x1_Gradients_AreTheConvolutions(int batch, int channels, int outputs, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = randn(batch, side, side, channels).permute(0, 3, 1, 2);
        Tensor kernel = randn(outputs, channels, 1, 1).Over(Math.Sqrt(channels));
        Tensor towards = randn(batch, side, side, outputs).permute(0, 3, 1, 2).Over(side * side);
        (Tensor Input, Tensor Weight) Gradients(Func<Tensor, Tensor, Tensor> convolve)
        {
            (Tensor input, Tensor weight) = (values.detach().requires_grad_(), kernel.detach().requires_grad_());
            (convolve(input, weight) * towards).sum().backward();
            return (input.grad!, weight.grad!);
        }

        (Tensor ofInput, Tensor ofWeight) = Gradients((input, weight) => Convolutions.Apply1x1(input, weight, null));

        (Tensor expectedInput, Tensor expectedWeight) = Gradients((input, weight) => nn.functional.conv2d(input, weight));
        TensorAssert.Close(expectedInput, ofInput);
        TensorAssert.Close(expectedWeight, ofWeight);
    }

    // Each pixel's channels times the matrix, in double precision.
    private static Tensor Expected(Tensor input, Tensor weight, Tensor? bias)
    {
        Tensor pixels = input.permute(0, 2, 3, 1).to(ScalarType.Float64);
        Tensor product = pixels.matmul(weight.squeeze(-1).squeeze(-1).t().to(ScalarType.Float64));
        return (bias is null ? product : product.Plus(bias)).permute(0, 3, 1, 2).to(ScalarType.Float32);
    }
}
