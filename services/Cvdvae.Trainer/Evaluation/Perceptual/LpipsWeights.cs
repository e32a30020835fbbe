using Cvdvae.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>The learned weights of LPIPS, one for each channel of each compared layer (richzhang/PerceptualSimilarity, <c>lpips/weights/v0.1</c>).</summary>
internal static class LpipsWeights
{
    /// <summary>Reads the weights for a network.</summary>
    /// <param name="path">A state dict, of PyTorch or safetensors.</param>
    /// <param name="backbone">The network.</param>
    /// <param name="device">Where they go.</param>
    /// <returns>For each tap (C).</returns>
    /// <exception cref="InvalidWeightsException">The file is broken, or holds weights of another network.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IReadOnlyList<Tensor> Load(string path, BackboneArchitecture backbone, Device device)
    {
        string accepted = $"accepted is a state dict (.pth or .safetensors) of LPIPS with {Expected(backbone)}";
        using ITensorSource source = PerceptualWeightsFile.Open(path, accepted);
        string[] names = [.. backbone.Taps.Index().Select(tap => Name(tap.Index))];
        if (source.Entries.ContainsKey(Name(names.Length)) || names.Where((name, tap) => !Fits(source, name, backbone.Taps[tap].Channels)).Any())
        {
            throw new InvalidWeightsException(path, $"does not fit {backbone.Name}: {accepted}");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = [.. names.Select(name => TorchTensors.Load(source, name, ScalarType.Float32).flatten().to(device))];
        return weights.All(weight => weight.isfinite().all().item<bool>())
            ? [.. weights.Select(weight => weight.DetachFromDisposeScope())]
            : throw new InvalidWeightsException(path, "holds numbers that are not finite");
    }

    // After a dropout, hence the 1.
    private static string Name(int tap) => $"lin{tap}.model.1.weight";

    private static bool Fits(ITensorSource source, string name, int channels) =>
        source.Entries.TryGetValue(name, out TensorEntry? entry) && entry.Shape.AsSpan().SequenceEqual([1, channels, 1, 1]) && PerceptualWeightsFile.IsFloat(entry);

    private static string Expected(BackboneArchitecture backbone) =>
        string.Join(", ", backbone.Taps.Select((tap, index) => $"{Name(index)} (1, {tap.Channels}, 1, 1)"));
}
