using Cvdvae.Trainer.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Optimization;

public sealed class FlatParametersTests
{
    [Fact]
    public void Values_OfAModule_LeaveWhatItComputes()
    {
        using var module = NewModule();
        using Tensor input = randn(2, 3, 4, 4);
        using Tensor before = module.call(input);
        using var flat = new FlatParameters(module);
        using Tensor after = module.call(input);

        Assert.Equal(before.data<float>().ToArray(), after.data<float>().ToArray());
        Assert.Equal(module.parameters().Sum(parameter => parameter.numel()), flat.Values.numel());
    }

    [Fact]
    public void Gradients_AfterBackward_HoldThoseOfEachParameter()
    {
        using var module = NewModule();
        using var other = NewModule();
        foreach ((Tensor source, Tensor target) in module.parameters().Zip(other.parameters()))
        {
            using IDisposable mode = no_grad();
            target.copy_(source);
        }

        using Tensor input = randn(2, 3, 4, 4);
        using var flat = new FlatParameters(module);
        module.call(input).square().sum().backward();
        other.call(input).square().sum().backward();

        float[] gradients = flat.Gradients.data<float>().ToArray();
        Assert.All(flat.Layout.Zip(other.named_parameters()), pair =>
        {
            float[] expected = pair.Second.parameter.grad!.contiguous().data<float>().ToArray();
            Assert.Equal(pair.Second.name, pair.First.Name);
            Assert.Equal(expected, gradients.Skip((int)pair.First.Offset).Take(expected.Length));
        });
        Assert.Contains(gradients, gradient => gradient != 0);
    }

    [Fact]
    public void Values_Changed_ChangeTheModule()
    {
        using var module = NewModule();
        using Tensor input = randn(2, 3, 4, 4);
        using var flat = new FlatParameters(module);
        flat.Values.zero_();
        using Tensor output = module.call(input);

        Assert.Equal(0, output.abs().max().item<float>());
    }

    private static TorchSharp.Modules.Sequential NewModule() => nn.Sequential(("first", nn.Conv2d(3, 4, 3)), ("second", nn.Conv2d(4, 2, 1)));
}
