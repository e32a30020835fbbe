using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>Makes networks that are only run, and no longer changed, faster.</summary>
public static class Freezing
{
    /// <summary>
    /// Brings the weights of all convolutions into the order in which the device wants them, once instead of at every call, and gives up those in the usual order: such a module can only be run, without gradients. On a
    /// processor it stays as it is in other types than float32, or where the processor's results are wrong.
    /// </summary>
    /// <param name="module">The module, with its final weights on its final device.</param>
    /// <returns>The module.</returns>
    public static T Freeze<T>(this T module)
        where T : nn.Module
    {
        List<Kernel> kernels = [.. module.modules().OfType<Kernel>()];
        Dictionary<Conv2d, int> readers = kernels.SelectMany(kernel => kernel.Sources).CountBy(convolution => convolution).ToDictionary();

        // What keeps one from being frozen keeps all. Weights go one by one, so that the next ones find their memory.
        foreach (Kernel kernel in kernels.TakeWhile(kernel => kernel.Freeze()))
        {
            foreach (Conv2d convolution in kernel.Sources.Where(convolution => --readers[convolution] == 0))
            {
                (Parameter weight, Parameter bias) = (convolution.weight, convolution.bias!);
                convolution.weight = Nothing();
                convolution.bias = Nothing();
                weight.Dispose();
                bias.Dispose();
            }
        }

        return module;
    }

    private static Parameter Nothing() => new(empty(0), requires_grad: false);
}
