using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>A classifier's convolutional part: images in, the activations that are compared out. Keys of parameters are torchvision's.</summary>
internal sealed class Backbone : nn.Module<Tensor, IReadOnlyList<Tensor>>
{
    [ComponentName(Name = "features")]
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _features;

    /// <summary>Creates the network with random weights.</summary>
    public Backbone(BackboneArchitecture architecture)
        : base(nameof(Backbone))
    {
        Architecture = architecture;
        _features = new ModuleList<nn.Module<Tensor, Tensor>>(architecture.Layers());
        RegisterComponents();
    }

    /// <summary>The structure.</summary>
    public BackboneArchitecture Architecture { get; }

    /// <summary>Levels 0..255, any type, (B, 3, H, W), to one activation (B, C, h, w) for each tap.</summary>
    public override IReadOnlyList<Tensor> forward(Tensor levels)
    {
        using DisposeScope scope = NewDisposeScope();
        var activations = new List<Tensor>();
        Tensor x = Architecture.Input.Apply(levels);
        bool isKept = false;
        foreach ((int index, nn.Module<Tensor, Tensor> layer) in _features.Index())
        {
            Tensor previous = x;
            x = layer.call(previous);
            if (!isKept)
            {
                previous.Dispose(); // else the activations of all layers would be there at once
            }

            isKept = index == Architecture.Taps[activations.Count].Layer;
            if (isKept)
            {
                activations.Add(x);
            }
        }

        return [.. activations.Select(activation => activation.MoveToOuterDisposeScope())];
    }
}
