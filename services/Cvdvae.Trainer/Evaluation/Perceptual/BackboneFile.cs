using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>Loads a network whose kind the file's own tensors tell.</summary>
internal static class BackboneFile
{
    private const string Features = "features.";
    private const string Accepted =
        "accepted are state dicts (.pth or .safetensors) of torchvision's AlexNet, VGG-16 or SqueezeNet 1.1, and the deep-compressed SqueezeNet 1.0 (compressed_SqueezeNet.net)";

    private static readonly BackboneArchitecture[] StateDicts = [Backbones.AlexNet, Backbones.Vgg16, Backbones.SqueezeNet11];

    /// <summary>Loads a network for evaluation. A state dict may hold a classifier besides.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the network goes.</param>
    /// <exception cref="InvalidWeightsException">The file is broken, or holds another network.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static Backbone Load(string path, Device device)
    {
        using ITensorSource source = PerceptualWeightsFile.Open(path, Accepted);
        using DisposeScope scope = NewDisposeScope(); // for what TorchSharp's convolutions leave when they initialise themselves
        var backbone = new Backbone(Choose(source));
        try
        {
            Check(source, backbone);
            ModelFolder.Load(backbone, source);
            foreach ((string name, Parameter parameter) in backbone.named_parameters())
            {
                parameter.requires_grad = false;
                RequireFinite(source, name, parameter);
            }

            backbone.to(device);
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    private static BackboneArchitecture Choose(ITensorSource source)
    {
        // Torchvision's own SqueezeNet 1.0 was trained on another input than Caffe's, and LPIPS knows neither.
        BackboneArchitecture[] candidates = source is DeepCompressedFile ? [Backbones.SqueezeNet10] : StateDicts;
        return candidates.FirstOrDefault(candidate => Has(source, candidate.Marker.Name, candidate.Marker.Shape))
            ?? throw new InvalidWeightsException(source.Origin, $"holds another network; {Accepted}");
    }

    private static bool Has(ITensorSource source, string name, long[] shape) =>
        source.Entries.TryGetValue(name, out TensorEntry? entry) && entry.Shape.AsSpan().SequenceEqual(shape);

    private static void Check(ITensorSource source, Backbone backbone)
    {
        var expected = backbone.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.shape);
        foreach ((string name, long[] shape) in expected)
        {
            if (!Has(source, name, shape) || !PerceptualWeightsFile.IsFloat(source.Entries[name]))
            {
                string found = source.Entries.TryGetValue(name, out TensorEntry? entry) ? $"{entry.ElementType} {entry.ShapeText}" : "missing";
                throw Differs(source, backbone, $"'{name}' is {found} where real numbers of the shape ({string.Join(", ", shape)}) belong");
            }
        }

        if (source.Entries.Keys.FirstOrDefault(name => name.StartsWith(Features, StringComparison.Ordinal) && !expected.ContainsKey(name)) is string unknown)
        {
            throw Differs(source, backbone, $"it has no '{unknown}'");
        }
    }

    private static InvalidWeightsException Differs(ITensorSource source, Backbone backbone, string difference) =>
        new(source.Origin, $"is not quite {backbone.Architecture.Name}: {difference}; {Accepted}");

    private static void RequireFinite(ITensorSource source, string name, Parameter parameter)
    {
        using var scope = NewDisposeScope();
        if (!parameter.isfinite().all().item<bool>())
        {
            throw new InvalidWeightsException(source.Origin, $"'{name}' holds numbers that are not finite");
        }
    }
}
