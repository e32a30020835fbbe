namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>The networks in plain loops over doubles, written from torchvision's and LPIPS's definitions.</summary>
internal sealed class PlainNetwork(IReadOnlyDictionary<string, PlainTensor> weights)
{
    private readonly List<PlainMap> _taps = [];
    private PlainMap _map = new(0, 0, 0);

    public static IReadOnlyList<PlainMap> AlexNet(IReadOnlyDictionary<string, PlainTensor> weights, PlainMap image) => new PlainNetwork(weights)
        .Begin(image)
        .Convolution("features.0", stride: 4, padding: 2).Tap()
        .Pool(3).Convolution("features.3", padding: 2).Tap()
        .Pool(3).Convolution("features.6", padding: 1).Tap()
        .Convolution("features.8", padding: 1).Tap()
        .Convolution("features.10", padding: 1).Tap()._taps;

    public static IReadOnlyList<PlainMap> Vgg16(IReadOnlyDictionary<string, PlainTensor> weights, PlainMap image)
    {
        PlainNetwork network = new PlainNetwork(weights).Begin(image);
        int[][] stages = [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]];
        foreach (int[] stage in stages)
        {
            network = stage[0] == 0 ? network : network.Pool(2);
            network = stage.Aggregate(network, (current, index) => current.Convolution($"features.{index}", padding: 1)).Tap();
        }

        return network._taps;
    }

    public static IReadOnlyList<PlainMap> SqueezeNet11(IReadOnlyDictionary<string, PlainTensor> weights, PlainMap image) => new PlainNetwork(weights)
        .Begin(image)
        .Convolution("features.0", stride: 2).Tap()
        .Pool(3, ceiling: true).Fire(3).Fire(4).Tap()
        .Pool(3, ceiling: true).Fire(6).Fire(7).Tap()
        .Pool(3, ceiling: true).Fire(9).Tap().Fire(10).Tap().Fire(11).Tap().Fire(12).Tap()._taps;

    public static IReadOnlyList<PlainMap> SqueezeNet10(IReadOnlyDictionary<string, PlainTensor> weights, PlainMap image) => new PlainNetwork(weights)
        .Begin(image)
        .Convolution("features.0", stride: 2).Tap()
        .Pool(3, ceiling: true).Fire(3).Fire(4).Tap().Fire(5)
        .Pool(3, ceiling: true).Fire(7).Tap().Fire(8).Tap().Fire(9).Tap().Fire(10).Tap()
        .Pool(3, ceiling: true).Fire(12).Tap()._taps;

    private PlainNetwork Begin(PlainMap image)
    {
        _map = image;
        return this;
    }

    private PlainNetwork Tap()
    {
        _taps.Add(_map);
        return this;
    }

    private PlainNetwork Convolution(string name, int stride = 1, int padding = 0)
    {
        _map = Convolved(_map, name, stride, padding);
        return this;
    }

    private PlainNetwork Fire(int index)
    {
        PlainMap middle = Convolved(_map, $"features.{index}.squeeze", 1, 0);
        PlainMap narrow = Convolved(middle, $"features.{index}.expand1x1", 1, 0);
        PlainMap wide = Convolved(middle, $"features.{index}.expand3x3", 1, 1);
        _map = new PlainMap(narrow.Channels + wide.Channels, middle.Height, middle.Width);
        narrow.Values.CopyTo(_map.Values, 0);
        wide.Values.CopyTo(_map.Values, narrow.Values.Length);
        return this;
    }

    private PlainNetwork Pool(int kernel, bool ceiling = false)
    {
        int Length(int length) => (length - kernel + (ceiling ? 1 : 0)) / 2 + 1;

        var pooled = new PlainMap(_map.Channels, Length(_map.Height), Length(_map.Width));
        for (int channel = 0; channel < pooled.Channels; channel++)
        {
            for (int y = 0; y < pooled.Height; y++)
            {
                for (int x = 0; x < pooled.Width; x++)
                {
                    double most = double.NegativeInfinity;
                    for (int v = 2 * y; v < Math.Min(2 * y + kernel, _map.Height); v++)
                    {
                        for (int u = 2 * x; u < Math.Min(2 * x + kernel, _map.Width); u++)
                        {
                            most = Math.Max(most, _map[channel, v, u]);
                        }
                    }

                    pooled[channel, y, x] = most;
                }
            }
        }

        _map = pooled;
        return this;
    }

    /// <summary>A convolution and ReLU.</summary>
    private PlainMap Convolved(PlainMap input, string name, int stride, int padding)
    {
        PlainTensor weight = weights[$"{name}.weight"];
        PlainTensor bias = weights[$"{name}.bias"];
        (int outputs, int inputs, int kernel) = (weight.Shape[0], weight.Shape[1], weight.Shape[2]);
        var output = new PlainMap(outputs, (input.Height + 2 * padding - kernel) / stride + 1, (input.Width + 2 * padding - kernel) / stride + 1);
        for (int channel = 0; channel < outputs; channel++)
        {
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++)
                {
                    double sum = bias.Values[channel];
                    for (int source = 0; source < inputs; source++)
                    {
                        for (int v = 0; v < kernel; v++)
                        {
                            int row = y * stride - padding + v;
                            for (int u = 0; row >= 0 && row < input.Height && u < kernel; u++)
                            {
                                int column = x * stride - padding + u;
                                if (column >= 0 && column < input.Width)
                                {
                                    sum += weight.Values[((channel * inputs + source) * kernel + v) * kernel + u] * input[source, row, column];
                                }
                            }
                        }
                    }

                    output[channel, y, x] = Math.Max(0, sum);
                }
            }
        }

        return output;
    }
}
