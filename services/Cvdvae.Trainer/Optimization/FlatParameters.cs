using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Optimization;

/// <summary>
/// All trained parameters of a module as views of one flat tensor, their gradients as views of another: the optimiser, the norm and
/// the moving average are then a few operations over millions of numbers instead of thousands over hundreds, and a checkpoint is one tensor.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly List<(string Name, Parameter Parameter, long Offset)> _parameters = [];

    public FlatParameters(nn.Module module)
    {
        long count = 0;
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            _parameters.Add((name, parameter, count));
            count += parameter.numel();
        }

        Device device = _parameters[0].Parameter.device;
        Values = zeros(count, device: device).DetachFromDisposeScope();
        Gradients = zeros(count, device: device).DetachFromDisposeScope();
        using IDisposable mode = no_grad();
        foreach ((_, Parameter parameter, long offset) in _parameters)
        {
            using Tensor view = Values.narrow(0, offset, parameter.numel()).view(parameter.shape);
            using Tensor gradient = Gradients.narrow(0, offset, parameter.numel()).view(parameter.shape);
            view.copy_(parameter);
            parameter.set_(view);
            parameter.grad = gradient;
        }
    }

    /// <summary>The parameters, (n).</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients, (n); the backward pass adds to them.</summary>
    public Tensor Gradients { get; }

    /// <summary>The parameters' names and where they stand in the flat tensor.</summary>
    public IEnumerable<(string Name, long[] Shape, long Offset)> Layout => _parameters.Select(entry => (entry.Name, entry.Parameter.shape, entry.Offset));

    public void Dispose()
    {
        Values.Dispose();
        Gradients.Dispose();
    }
}
