using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cvdvae.Imaging.Tests;

/// <summary>Reads the recorded resizes: (height, width, 3) tensors of bytes or doubles. Little-endian machines only.</summary>
internal static class SafetensorsFixture
{
    private static readonly byte[] Content =
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "imresize-io.safetensors"));

    public static RgbImage Image(string name)
    {
        (byte[] bytes, int height, int width) = Tensor(name, "U8");
        return new RgbImage(width, height, bytes);
    }

    /// <summary>Values in (channel, height, width) order, within 0..1: the script was given bytes over 255 where it got reals.</summary>
    public static (double[] Planes, PlaneSize Size) Planes(string name)
    {
        bool recordedAsBytes = name.EndsWith(".u8", StringComparison.Ordinal);
        (byte[] bytes, int height, int width) = Tensor(name, recordedAsBytes ? "U8" : "F64");
        double[] values = recordedAsBytes
            ? Array.ConvertAll(bytes, b => b / 255.0)
            : MemoryMarshal.Cast<byte, double>(bytes).ToArray();
        double[] planes = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            planes[(i % 3 * height * width) + (i / 3)] = values[i];
        }

        return (planes, new PlaneSize(width, height));
    }

    private static (byte[] Bytes, int Height, int Width) Tensor(string name, string type)
    {
        int headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(Content);
        using var header = JsonDocument.Parse(Content.AsMemory(8, headerLength));
        JsonElement entry = header.RootElement.GetProperty(name);
        if (entry.GetProperty("dtype").GetString() != type)
        {
            throw new InvalidDataException($"{name} is {entry.GetProperty("dtype")}, not {type}.");
        }

        int[] shape = entry.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()).ToArray();
        int[] range = entry.GetProperty("data_offsets").EnumerateArray().Select(e => e.GetInt32()).ToArray();
        return (Content[(8 + headerLength + range[0])..(8 + headerLength + range[1])], shape[0], shape[1]);
    }
}
