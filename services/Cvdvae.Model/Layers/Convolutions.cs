using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>Convolutions with the official initialisation: libtorch's own for the weights, zero for the bias.</summary>
internal static class Convolutions
{
    /// <summary>A 1x1 convolution. Weight (out, in, 1, 1).</summary>
    public static Conv2d Conv1x1(int input, int output, double weightScale = 1) => Create(input, output, 1, weightScale);

    /// <summary>A 3x3 convolution that keeps the size. Weight (out, in, 3, 3).</summary>
    public static Conv2d Conv3x3(int input, int output) => Create(input, output, 3, 1);

    /// <summary>
    /// What a 1x1 convolution makes of some of its input channels alone, those from <paramref name="firstChannel"/> on: the parts of a
    /// concatenated input can so be computed apart and added.
    /// </summary>
    public static Tensor OfInputs(this Conv2d convolution, Tensor part, long firstChannel, bool withBias = false)
    {
        using Tensor weight = convolution.weight.narrow(1, firstChannel, part.shape[1]);
        return nn.functional.conv2d(part, weight, withBias ? convolution.bias : null);
    }

    /// <summary>Some output channels of a 1x1 convolution, [<paramref name="firstChannel"/>, + <paramref name="count"/>), with their bias.</summary>
    public static Tensor ToOutputs(this Conv2d convolution, Tensor input, long firstChannel, long count)
    {
        using Tensor weight = convolution.weight.narrow(0, firstChannel, count);
        using Tensor bias = convolution.bias!.narrow(0, firstChannel, count);
        return nn.functional.conv2d(input, weight, bias);
    }

    private static Conv2d Create(int input, int output, int kernel, double weightScale)
    {
        Conv2d convolution = nn.Conv2d(input, output, kernel, padding: kernel / 2);
        using (no_grad())
        {
            convolution.bias!.zero_();
            if (weightScale != 1)
            {
                convolution.weight.mul_(weightScale);
            }
        }

        return convolution;
    }
}
