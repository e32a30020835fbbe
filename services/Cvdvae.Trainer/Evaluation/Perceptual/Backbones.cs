using static TorchSharp.torch;
using Layer = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>The networks that the distance is known for.</summary>
internal static class Backbones
{
    /// <summary>AlexNet of "One weird trick" (Krizhevsky, arXiv 1404.5997), as torchvision has it; compared after each of its five convolutions.</summary>
    public static BackboneArchitecture AlexNet { get; } = new()
    {
        Name = "AlexNet",
        Marker = ("features.0.weight", [64, 3, 11, 11]),
        Layers = () =>
        [
            Convolution(3, 64, 11, stride: 4, padding: 2), Relu(), Pool(3),
            Convolution(64, 192, 5, padding: 2), Relu(), Pool(3),
            Convolution(192, 384, 3, padding: 1), Relu(),
            Convolution(384, 256, 3, padding: 1), Relu(),
            Convolution(256, 256, 3, padding: 1), Relu(),
        ],
        Taps = [(1, 64), (4, 192), (7, 384), (9, 256), (11, 256)],
        SmallestSide = 31,
        Input = InputScaling.Lpips,
    };

    /// <summary>VGG-16 without batch normalisation (Simonyan and Zisserman, arXiv 1409.1556, D); compared at the end of each resolution.</summary>
    public static BackboneArchitecture Vgg16 { get; } = new()
    {
        Name = "VGG-16",
        Marker = ("features.2.weight", [64, 64, 3, 3]),
        Layers = () =>
        [
            .. Convolutions(3, 64, 2), Pool(2),
            .. Convolutions(64, 128, 2), Pool(2),
            .. Convolutions(128, 256, 3), Pool(2),
            .. Convolutions(256, 512, 3), Pool(2),
            .. Convolutions(512, 512, 3),
        ],
        Taps = [(3, 64), (8, 128), (15, 256), (22, 512), (29, 512)],
        SmallestSide = 16,
        Input = InputScaling.Lpips,
    };

    /// <summary>SqueezeNet 1.1; compared after the first convolution, then at fire3, fire5 (each just before a pool), fire6, fire7, fire8 and fire9.</summary>
    public static BackboneArchitecture SqueezeNet11 { get; } = new()
    {
        Name = "SqueezeNet 1.1",
        Marker = ("features.3.squeeze.weight", [16, 64, 1, 1]),
        Layers = () =>
        [
            Convolution(3, 64, 3, stride: 2), Relu(), CeilingPool(),
            new Fire(64, 16, 128), new Fire(128, 16, 128), CeilingPool(),
            new Fire(128, 32, 256), new Fire(256, 32, 256), CeilingPool(),
            new Fire(256, 48, 384), new Fire(384, 48, 384), new Fire(384, 64, 512), new Fire(512, 64, 512),
        ],
        Taps = [(1, 64), (4, 128), (7, 256), (9, 384), (10, 384), (11, 512), (12, 512)],
        SmallestSide = 17,
        Input = InputScaling.Lpips,
    };

    /// <summary>
    /// SqueezeNet 1.0 (Iandola et al., arXiv 1602.07360) as Caffe runs it. LPIPS has no weights for it; it is compared at the modules of the same names as
    /// <see cref="SqueezeNet11"/>, which have the same channels but for the first: conv1, fire3, fire5, fire6, fire7, fire8 and fire9. Its pools come one
    /// module later (after conv1, fire4 and fire8), so fire3 and fire5 are looked at in the middle and at the beginning of a resolution.
    /// </summary>
    public static BackboneArchitecture SqueezeNet10 { get; } = new()
    {
        Name = "SqueezeNet 1.0",
        Marker = ("features.3.squeeze.weight", [16, 96, 1, 1]),
        Layers = () =>
        [
            Convolution(3, 96, 7, stride: 2), Relu(), CeilingPool(),
            new Fire(96, 16, 128), new Fire(128, 16, 128), new Fire(128, 32, 256), CeilingPool(),
            new Fire(256, 32, 256), new Fire(256, 48, 384), new Fire(384, 48, 384), new Fire(384, 64, 512), CeilingPool(),
            new Fire(512, 64, 512),
        ],
        Taps = [(1, 96), (4, 128), (7, 256), (8, 384), (9, 384), (10, 512), (12, 512)],
        SmallestSide = 21,
        Input = InputScaling.Caffe,
    };

    private static Layer Convolution(int input, int output, int kernel, int stride = 1, int padding = 0) =>
        nn.Conv2d(input, output, kernel, stride: stride, padding: padding);

    private static Layer[] Convolutions(int input, int output, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(index => (Layer[])[Convolution(index == 0 ? input : output, output, 3, padding: 1), Relu()])];

    private static Layer Relu() => nn.ReLU(inplace: true);

    private static Layer Pool(int kernel) => nn.MaxPool2d(kernel, stride: 2);

    /// <summary>3x3, and a last window that begins inside counts even where it ends outside, as in Caffe.</summary>
    private static Layer CeilingPool() => nn.MaxPool2d(3, stride: 2, ceil_mode: true);
}
