using Cvdvae.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>Convolutions with the official initialisation: libtorch's own for the weights, zero for the bias.</summary>
internal static class Convolutions
{
    // On one thread, libtorch leaves 1x1 convolutions of batches below this size to MKL instead of oneDNN, whose kernels have up to twice the speed on processors with AVX-512.
    private const long LeastBatch = 16;

    // Multiply-adds below which a matrix product is the faster way: oneDNN's kernel takes longer to start.
    private const long LeastWork = 3_000_000;

    /// <summary>A 1x1 convolution. Weight (out, in, 1, 1).</summary>
    public static Conv2d Conv1x1(int input, int output, double weightScale = 1) => Create(input, output, 1, weightScale);

    /// <summary>A 3x3 convolution that keeps the size. Weight (out, in, 3, 3).</summary>
    public static Conv2d Conv3x3(int input, int output) => Create(input, output, 3, 1);

    /// <summary>What a 1x1 convolution makes of an input.</summary>
    public static Tensor Of(this Conv2d convolution, Tensor input) => Apply1x1(input, convolution.weight, convolution.bias);

    /// <summary>A 1x1 convolution of (B, C, H, W), in whatever way is fastest where it is <see cref="MemoryLayout.Laid"/>.</summary>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="weight">(out, C, 1, 1).</param>
    /// <param name="bias">(out), or none.</param>
    /// <returns>(B, out, H, W), in the same layout.</returns>
    public static Tensor Apply1x1(Tensor input, Tensor weight, Tensor? bias)
    {
        long[] shape = input.shape;
        (long batch, long channels, long height, long width) = (shape[0], shape[1], shape[2], shape[3]);
        bool isOnCard = input.device_type != DeviceType.CPU;
        bool isLarge = batch * height * width * channels * weight.shape[0] >= LeastWork;
        bool isTrusted = !isOnCard && OneDnnCheck.Is1x1Right(input.dtype);

        // On a card a product adds the bias on the way and is started sooner than cuDNN's convolution; it wants the channels next to each other, where float32 has them not.
        if (isOnCard ? input.dtype == ScalarType.Float32 || !IsChannelsLast(shape, input.stride()) : isTrusted && (!IsChannelsLast(shape, input.stride()) || (isLarge && batch >= LeastBatch)))
        {
            return nn.functional.conv2d(input, weight, bias);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor rows = input.permute(0, 2, 3, 1);
        Tensor output = isTrusted && isLarge && StripsOf(batch, height) is { } strips
            ? nn.functional.conv2d(rows.view(batch * strips, height / strips, width, channels).permute(0, 3, 1, 2), weight, bias).permute(0, 2, 3, 1)
            : nn.functional.linear(rows.reshape(-1, channels), weight.view(-1, channels), bias);
        return output.view(batch, height, width, -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    // As a 1x1 convolution knows no neighbours, strips of an image can be images of their own: as many as make a batch that oneDNN gets.
    private static long? StripsOf(long batch, long height)
    {
        long strips = 2;
        while (batch * strips < LeastBatch)
        {
            strips *= 2;
        }

        return height % strips == 0 ? strips : null;
    }

    private static bool IsChannelsLast(long[] shape, long[] strides)
    {
        // The stride of a dimension of size 1 means nothing.
        long expected = 1;
        foreach (int dimension in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            if (shape[dimension] > 1 && strides[dimension] != expected)
            {
                return false;
            }

            expected *= shape[dimension];
        }

        return true;
    }

    private static Conv2d Create(int input, int output, int kernel, double weightScale)
    {
        Conv2d convolution = nn.Conv2d(input, output, kernel, padding: kernel / 2);
        using (no_grad())
        {
            convolution.bias!.zero_();
            if (weightScale != 1)
            {
                convolution.weight.TimesInPlace(weightScale);
            }
        }

        return convolution;
    }
}
