using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Training;

/// <summary>The gradients that a piece of work leaves in a module.</summary>
internal static class Gradients
{
    /// <summary>All of them, (n).</summary>
    public static Tensor Of(nn.Module module, Action work)
    {
        module.zero_grad();
        work();
        return cat([.. module.parameters().Select(parameter => parameter.grad is Tensor gradient ? gradient.clone().reshape(-1) : zeros(parameter.numel()))]);
    }

    /// <summary>The same to rounding.</summary>
    public static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.InRange((expected - actual).norm().item<float>() / expected.norm().item<float>(), 0, 1e-5f);
}
