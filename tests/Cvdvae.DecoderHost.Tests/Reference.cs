using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>The images that the official program was given, and what it made of them at temperature 0.</summary>
internal static class Reference
{
    private const int Pixels = TinyModel.InputSize * TinyModel.InputSize;
    private const int Levels = TinyModel.OutputSize * TinyModel.OutputSize * 3;

    /// <summary>Number of images.</summary>
    public const int Count = 2;

    /// <summary>A low-res image (8, 8, 3).</summary>
    public static Tensor Image(int index)
    {
        byte[] planar = Read("y.u8")[(index * Pixels * 3)..][..(Pixels * 3)]; // (3, 8, 8)
        byte[] interleaved = new byte[planar.Length];
        for (int i = 0; i < interleaved.Length; i++)
        {
            interleaved[i] = planar[(i % 3 * Pixels) + (i / 3)];
        }

        return new Tensor
        {
            Type = TensorType.Uint8,
            Shape = { TinyModel.InputSize, TinyModel.InputSize, 3 },
            Data = ByteString.CopyFrom(interleaved),
        };
    }

    /// <summary>The most likely image at temperature 0, (32, 32, 3).</summary>
    public static byte[] Mode(int index) => Read("cond.t0.mode.u8.nhwc")[(index * Levels)..][..Levels];

    private static byte[] Read(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        byte[] bytes = new byte[file.Entries[name].Shape.Aggregate(1L, (product, length) => product * length)];
        file.CopyTo(name, bytes);
        return bytes;
    }
}
