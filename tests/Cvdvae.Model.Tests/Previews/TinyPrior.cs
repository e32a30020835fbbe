using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Runtime;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

/// <summary>A prior of 16x16 images with five latent groups and random weights that make its pixels lively.</summary>
internal static class TinyPrior
{
    public static PriorArchitecture Architecture { get; } = new(new PriorHyperparameters
    {
        Width = 8,
        Zdim = 4,
        ImageSize = 16,
        NoBiasAbove = 16,
        NumMixtures = 2,
        BottleneckMultiple = 0.5,
        CustomWidthStr = "1:12,4:12",
        EncBlocks = "16x1,16d2,8x1,8d2,4x1,4d4,1x1",
        DecBlocks = "1x1,4m1,4x1,8m4,16m8",
        Shift = -127.5,
        Scale = 1 / 127.5,
    });

    public static TopDownDecoder Decoder()
    {
        var decoder = new TopDownDecoder(Architecture);
        using IDisposable mode = no_grad();
        using Generator random = new(7);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in decoder.named_parameters())
        {
            // Larger log-sigmas would make features of all magnitudes, which no trained prior has.
            double scale = name.Contains(".prior.", StringComparison.Ordinal) ? 0.1 : name.Contains(".z_proj.", StringComparison.Ordinal) ? 1 : 0.3;
            using Tensor noise = randn(parameter.shape, generator: random).Times(scale).Plus(name == "gain" ? 1 : 0);
            parameter.copy_(noise);
        }

        decoder.eval();
        return decoder;
    }
}
