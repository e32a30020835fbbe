using Cvdvae.Imaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>Inputs and expected pixels of the tiny reference model, from tiny-io.safetensors.</summary>
internal static class TinyReference
{
    /// <summary>The first low-res image, as PNG.</summary>
    public static byte[] Input()
    {
        byte[] planes = Read("y.u8");
        int pixels = TinyModel.InputSize * TinyModel.InputSize;
        var image = new RgbImage(TinyModel.InputSize, TinyModel.InputSize);
        for (int index = 0; index < pixels * RgbImage.Channels; index++)
        {
            // (N, 3, h, w) to rows of RGB.
            image.Pixels[index] = planes[(index % RgbImage.Channels * pixels) + (index / RgbImage.Channels)];
        }

        return ImageCodec.Encode(image, ImageEncoding.Png, 100);
    }

    /// <summary>Its most likely pixels with both temperatures at 0, by the official program: rows of RGB.</summary>
    public static byte[] ModeAtTemperatureZero() => Read("cond.t0.mode.u8.nhwc")[..(TinyModel.OutputSize * TinyModel.OutputSize * RgbImage.Channels)];

    private static byte[] Read(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        TensorEntry entry = file.Require(name);
        byte[] bytes = new byte[entry.Shape.Aggregate(1L, (count, side) => count * side)];
        file.CopyTo(name, bytes);
        return bytes;
    }
}
