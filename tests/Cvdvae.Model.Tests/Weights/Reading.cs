using System.Runtime.InteropServices;
using Cvdvae.Model.Weights;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>Reads whole tensors and whole sources.</summary>
internal static class Reading
{
    public static byte[] Bytes(this ITensorSource source, string name)
    {
        byte[] bytes = new byte[source.Require(name).ByteLength];
        source.CopyTo(name, bytes);
        return bytes;
    }

    public static float[] Floats(this ITensorSource source, string name) => MemoryMarshal.Cast<byte, float>(source.Bytes(name)).ToArray();

    /// <summary>Reads every tensor, for what it throws. Gives the bytes read.</summary>
    public static long ReadAll(this ITensorSource source)
    {
        long total = 0;
        byte[] buffer = [];
        foreach (TensorEntry entry in source.Entries.Values)
        {
            int length = checked((int)entry.ByteLength);
            if (buffer.Length < length)
            {
                buffer = new byte[length];
            }

            source.CopyTo(entry.Name, buffer.AsSpan(0, length));
            total += length;
        }

        return total;
    }
}
