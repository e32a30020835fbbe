using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>A feature map of doubles.</summary>
internal sealed class PlainMap(int channels, int height, int width)
{
    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    public double[] Values { get; } = new double[channels * height * width];

    public double this[int channel, int y, int x]
    {
        get => Values[(channel * height + y) * width + x];
        set => Values[(channel * height + y) * width + x] = value;
    }

    /// <summary>LPIPS's input: levels scaled to [-1, 1], through its scaling layer.</summary>
    public static PlainMap Scaled(RgbImage image)
    {
        double[] shift = [-.030, -.088, -.188];
        double[] scale = [.458, .448, .450];
        return Of(image, (channel, rgb) => (rgb[channel] / 127.5 - 1 - shift[channel]) / scale[channel]);
    }

    /// <summary>Caffe's input: blue, green, red minus the means.</summary>
    public static PlainMap MinusMean(RgbImage image)
    {
        double[] mean = [104, 117, 123];
        return Of(image, (channel, rgb) => rgb[2 - channel] - mean[channel]);
    }

    private static PlainMap Of(RgbImage image, Func<int, byte[], double> value)
    {
        var map = new PlainMap(3, image.Height, image.Width);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                (byte red, byte green, byte blue) = image[x, y];
                for (int channel = 0; channel < 3; channel++)
                {
                    map[channel, y, x] = value(channel, [red, green, blue]);
                }
            }
        }

        return map;
    }
}
