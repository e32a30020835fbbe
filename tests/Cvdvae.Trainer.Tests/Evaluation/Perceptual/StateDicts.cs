using Cvdvae.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>Random weights under torchvision's and LPIPS's names, in their shapes.</summary>
internal static class StateDicts
{
    public static Dictionary<string, PlainTensor> AlexNet(int seed = 1) => Convolutions(
        seed, ("features.0", 64, 3, 11), ("features.3", 192, 64, 5), ("features.6", 384, 192, 3), ("features.8", 256, 384, 3), ("features.10", 256, 256, 3));

    public static Dictionary<string, PlainTensor> Vgg16(int seed = 1) => Convolutions(
        seed,
        ("features.0", 64, 3, 3), ("features.2", 64, 64, 3),
        ("features.5", 128, 64, 3), ("features.7", 128, 128, 3),
        ("features.10", 256, 128, 3), ("features.12", 256, 256, 3), ("features.14", 256, 256, 3),
        ("features.17", 512, 256, 3), ("features.19", 512, 512, 3), ("features.21", 512, 512, 3),
        ("features.24", 512, 512, 3), ("features.26", 512, 512, 3), ("features.28", 512, 512, 3));

    public static Dictionary<string, PlainTensor> SqueezeNet11(int seed = 1) => Convolutions(
        seed,
        [
            ("features.0", 64, 3, 3),
            .. Fire(3, 64, 16, 64), .. Fire(4, 128, 16, 64), .. Fire(6, 128, 32, 128), .. Fire(7, 256, 32, 128),
            .. Fire(9, 256, 48, 192), .. Fire(10, 384, 48, 192), .. Fire(11, 384, 64, 256), .. Fire(12, 512, 64, 256),
        ]);

    /// <summary>Numbers from 0 on, as trained ones are.</summary>
    public static Dictionary<string, PlainTensor> Linear(int seed, params int[] channels)
    {
        var random = new Random(seed);
        return channels.Index().ToDictionary(
            layer => $"lin{layer.Index}.model.1.weight",
            layer => new PlainTensor([1, layer.Item, 1, 1], [.. Enumerable.Range(0, layer.Item).Select(_ => random.NextSingle())]));
    }

    public static (string Name, int Outputs, int Inputs, int Kernel)[] Fire(int index, int input, int middle, int output) =>
    [
        ($"features.{index}.squeeze", middle, input, 1), ($"features.{index}.expand1x1", output, middle, 1), ($"features.{index}.expand3x3", output, middle, 3),
    ];

    public static string Write(string path, Dictionary<string, PlainTensor> tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(
            path, TorchTensors.AsSource(tensors.ToDictionary(entry => entry.Key, entry => tensor(entry.Value.Values, [.. entry.Value.Shape.Select(length => (long)length)]))));
        return path;
    }

    private static Dictionary<string, PlainTensor> Convolutions(int seed, params (string Name, int Outputs, int Inputs, int Kernel)[] layers)
    {
        var random = new Random(seed);
        var tensors = new Dictionary<string, PlainTensor>();
        foreach ((string name, int outputs, int inputs, int kernel) in layers)
        {
            tensors[$"{name}.weight"] = PlainTensor.Random(random, Math.Sqrt(2.0 / (inputs * kernel * kernel)), outputs, inputs, kernel, kernel);
            tensors[$"{name}.bias"] = PlainTensor.Random(random, 0.3, outputs);
        }

        return tensors;
    }
}
