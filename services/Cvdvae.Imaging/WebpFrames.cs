using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>Counts the frames of a WebP by its chunks. A decoder that is asked for the number takes the square of it in time.</summary>
internal static class WebpFrames
{
    public static int Count(ReadOnlySpan<byte> data)
    {
        int frames = 0;
        long position = 12;
        while (data.Length - position >= 8)
        {
            ReadOnlySpan<byte> chunk = data[(int)position..];
            frames += chunk.StartsWith("ANMF"u8) ? 1 : 0;
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            position += 8L + length + (length & 1);
        }

        return frames;
    }
}
