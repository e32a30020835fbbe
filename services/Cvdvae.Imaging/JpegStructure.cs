using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>
/// What the markers of a JPEG tell about whether all of it is there. Many cameras and editors leave the end mark out, and a file that was
/// cut may have one put on again, so that the mark alone says nothing.
/// </summary>
internal sealed class JpegStructure
{
    private const byte Prefix = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const int Coefficients = 64;
    private const byte Missing = byte.MaxValue;

    // Per component, how many low bits of each coefficient are still to come.
    private readonly Dictionary<byte, byte[]> _missingBits = [];

    private JpegStructure(ReadOnlySpan<byte> data)
    {
        int position = 2;
        while (FindMarker(data, ref position) is byte marker)
        {
            EndOfPixels = position - 1;
            HasEnd = marker == EndOfImage;
            if (HasEnd || !HasLength(marker) || data.Length - position < 3)
            {
                return;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(data[(position + 1)..]);
            position++;
            if (length < 2 || length > data.Length - position)
            {
                return;
            }

            ReadSegment(marker, data.Slice(position + 2, length - 2));
            position += length;
        }

        EndOfPixels = data.Length;
    }

    /// <summary>Whether there is an end mark.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>Where the coded pixels of the last scan end, or where the file does.</summary>
    public int EndOfPixels { get; private set; }

    /// <summary>The number of scans that begin in the file: one, or more where colours or precision come one after the other.</summary>
    public int Scans { get; private set; }

    /// <summary>The number of colour components.</summary>
    public int Components => _missingBits.Count;

    /// <summary>Whether every coefficient of every component is brought by some scan, to its last bit.</summary>
    public bool HasAllScans => Scans > 0 && _missingBits.Values.All(bits => bits.All(missing => missing == 0));

    public static JpegStructure Of(ReadOnlySpan<byte> data) => new(data);

    // Leaves the position at the marker's second byte. Skips coded pixels with the marks inside them.
    private static byte? FindMarker(ReadOnlySpan<byte> data, ref int position)
    {
        while (position < data.Length && data[position..].IndexOf(Prefix) is int skipped and >= 0)
        {
            position += skipped + 1;
            byte marker = position < data.Length ? data[position] : (byte)0;
            if (marker is not (0 or 0x01 or Prefix or (>= 0xD0 and <= 0xD8)))
            {
                return marker;
            }
        }

        return null;
    }

    private static bool HasLength(byte marker) => marker >= 0xC0;

    private void ReadSegment(byte marker, ReadOnlySpan<byte> body)
    {
        bool startsFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
        if (startsFrame && body.Length >= 6)
        {
            for (int at = 6; at + 2 < body.Length; at += 3)
            {
                byte[] bits = new byte[Coefficients];
                Array.Fill(bits, Missing);
                _missingBits[body[at]] = bits;
            }
        }
        else if (marker == StartOfScan && !body.IsEmpty && body.Length >= 4 + (2 * body[0]))
        {
            Scans++;
            ReadOnlySpan<byte> range = body[(1 + (2 * body[0]))..];
            for (int component = 0; component < body[0]; component++)
            {
                if (_missingBits.TryGetValue(body[1 + (2 * component)], out byte[]? bits))
                {
                    int first = Math.Min((int)range[0], Coefficients - 1);
                    int last = Math.Clamp(range[1], first, Coefficients - 1);
                    bits.AsSpan(first, last - first + 1).Fill((byte)(range[2] & 0x0F));
                }
            }
        }
    }
}
