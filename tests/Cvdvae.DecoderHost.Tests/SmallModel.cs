using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>A 16x16 model of eight groups with low-res encoders for x2 (six groups conditioned) and x4 (three), with random weights.</summary>
internal static class SmallModel
{
    public static readonly PriorHyperparameters Hyperparameters = new()
    {
        ImageSize = 16,
        Width = 8,
        Zdim = 3,
        BottleneckMultiple = 0.5,
        NoBiasAbove = 8,
        NumMixtures = 3,
        CustomWidthStr = "4:12,1:16",
        EncBlocks = "16x1,16d2,8x1,8d2,4x1,4d4,1x1",
        DecBlocks = "1x2,4m1,4x2,8m4,8x1,16m8",
        Shift = -127.5,
        Scale = 1 / 64.0,
    };

    private static readonly LowResHyperparameters Twice =
        new() { ImageSizeY = 8, WidthY = 8, CustomWidthStrY = "4:12,1:16", EncBlocksY = "8x1,8d2,4x1,4d4,1x1", Ky = 6 };

    private static readonly LowResHyperparameters FourTimes =
        new() { ImageSizeY = 4, WidthY = 12, CustomWidthStrY = "1:16", EncBlocksY = "4x1,4d4,1x1", Ky = 3 };

    public static PriorArchitecture Prior { get; } = new(Hyperparameters);

    /// <summary>The structure of FFHQ-256.</summary>
    public static PriorArchitecture Ffhq { get; } = new(new PriorHyperparameters
    {
        ImageSize = 256,
        Width = 512,
        Zdim = 16,
        NoBiasAbove = 64,
        NumMixtures = 10,
        EncBlocks = "256x3,256d2,128x8,128d2,64x12,64d2,32x17,32d2,16x7,16d2,8x5,8d2,4x5,4d4,1x4",
        DecBlocks = "1x2,4m1,4x3,8m4,8x4,16m8,16x9,32m16,32x21,64m32,64x13,128m64,128x7,256m128",
        Shift = -112.8666757481,
        Scale = 1 / 69.84780273,
    });

    /// <summary>Writes the model into a folder.</summary>
    public static ModelFolder CreateFolder(string path, string name = "small")
    {
        ModelFolder folder = ModelFolder.CreateOrOpen(path, new ModelManifest
        {
            Name = name,
            Description = "Noise.\r\n\tNothing else\u001b[2J",
            Prior = Hyperparameters,
            Encoders = new SortedDictionary<int, LowResHyperparameters> { [2] = Twice, [4] = FourTimes },
        });
        using VdVae prior = WithRandomWeights(new VdVae(Prior), 1);
        Write(folder.PriorPath, prior);
        foreach ((int scale, LowResHyperparameters encoder) in folder.Manifest.Encoders)
        {
            using LowResEncoder network = WithRandomWeights(new LowResEncoder(new LowResArchitecture(encoder, Prior)), (ulong)scale);
            Write(folder.EncoderPath(scale), network);
        }

        using PreviewHeads heads = new PreviewFitter(prior.Decoder, new PreviewFitOptions { Samples = 40 }).Fit();
        heads.Write(folder.PreviewsPath);
        return folder;
    }

    private static void Write(string path, nn.Module module) => SafetensorsWriter.Write(
        path, TorchTensors.AsSource(module.named_parameters().Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))));

    /// <summary>Fills all parameters, those that start at zero too, so that a result depends on everything.</summary>
    private static TModule WithRandomWeights<TModule>(TModule module, ulong seed)
        where TModule : nn.Module
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        using var generator = new Generator(seed, CPU);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            bool isWeight = parameter.dim() == 4 && name.EndsWith("weight", StringComparison.Ordinal);
            double size = isWeight ? 0.8 / Math.Sqrt(parameter.numel() / (double)parameter.shape[0]) : 0.3;
            double middle = name.EndsWith("gain", StringComparison.Ordinal) ? 1 : 0;
            parameter.copy_(randn(parameter.shape, generator: generator).Times(size).Plus(middle));
        }

        module.eval();
        return module;
    }
}
