using Cvdvae.Model.Configuration;

namespace Cvdvae.Model.Tests.Configuration;

/// <summary>The published configurations of openai/vdvae (<c>hps.py</c>).</summary>
internal static class OfficialModels
{
    public static PriorHyperparameters Cifar10 { get; } = Create(
        32, 384, "32x11,32d2,16x6,16d2,8x6,8d2,4x3,4d4,1x3", "1x1,4m1,4x2,8m4,8x5,16m8,16x10,32m16,32x21");

    public static PriorHyperparameters ImageNet32 { get; } = Create(
        32, 512, "32x15,32d2,16x9,16d2,8x8,8d2,4x6,4d4,1x6", "1x2,4m1,4x4,8m4,8x9,16m8,16x19,32m16,32x40");

    public static PriorHyperparameters ImageNet64 { get; } = Create(
        64, 512, "64x11,64d2,32x20,32d2,16x9,16d2,8x8,8d2,4x7,4d4,1x5", "1x2,4m1,4x3,8m4,8x7,16m8,16x15,32m16,32x31,64m32,64x12");

    public static PriorHyperparameters Ffhq256 { get; } = Create(
        256,
        512,
        "256x3,256d2,128x8,128d2,64x12,64d2,32x17,32d2,16x7,16d2,8x5,8d2,4x5,4d4,1x4",
        "1x2,4m1,4x3,8m4,8x4,16m8,16x9,32m16,32x21,64m32,64x13,128m64,128x7,256m128") with { Dataset = "ffhq_256" };

    public static PriorHyperparameters Ffhq1024 { get; } = Create(
        1024,
        16,
        "1024x1,1024d2,512x3,512d2,256x5,256d2,128x7,128d2,64x10,64d2,32x14,32d2,16x7,16d2,8x5,8d2,4x5,4d4,1x4",
        "1x2,4m1,4x3,8m4,8x4,16m8,16x9,32m16,32x20,64m32,64x14,128m64,128x7,256m128,256x2,512m256,1024m512") with
    {
        CustomWidthStr = "512:32,256:64,128:512,64:512,32:512,16:512,8:512,4:512,1:512",
        NumMixtures = 2,
    };

    public static PriorHyperparameters Named(string name) => name switch
    {
        "cifar10" => Cifar10,
        "imagenet32" => ImageNet32,
        "imagenet64" => ImageNet64,
        "ffhq256" => Ffhq256,
        "ffhq1024" => Ffhq1024,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static PriorHyperparameters Create(int imageSize, int width, string encBlocks, string decBlocks) => new()
    {
        ImageSize = imageSize,
        Width = width,
        Zdim = 16,
        NoBiasAbove = 64,
        NumMixtures = 10,
        EncBlocks = encBlocks,
        DecBlocks = decBlocks,
        Shift = -115,
        Scale = 1.0 / 69,
    };
}
