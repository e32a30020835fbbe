using System.Buffers.Binary;
using System.Text.Json;
using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights;

/// <summary>The checked header of a safetensors file: 8 bytes of length, a JSON object, then the tensors' bytes.</summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;

    /// <summary>The limit of the format's reference implementation.</summary>
    public const long MaxJsonBytes = 100_000_000;

    public const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, long> _offsets;

    private SafetensorsHeader(
        Dictionary<string, TensorEntry> entries, Dictionary<string, long> offsets, Dictionary<string, string> metadata)
    {
        Entries = entries;
        _offsets = offsets;
        Metadata = metadata;
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static SafetensorsHeader Read(IByteSource bytes)
    {
        byte[] json = ReadJson(bytes);
        var parser = new SafetensorsHeaderParser(bytes.Origin);
        try
        {
            parser.Parse(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The JSON reader reports text that is no valid UTF-8 or UTF-16 as an invalid operation.
            throw new InvalidWeightsException(bytes.Origin, $"the header is not valid JSON: {exception.Message}", exception);
        }

        long dataStart = LengthBytes + json.Length;
        CheckCoverage(bytes.Origin, parser.Ranges, bytes.Length - dataStart);
        var offsets = parser.Ranges.ToDictionary(range => range.Name, range => dataStart + range.Begin);
        return new SafetensorsHeader(parser.Entries, offsets, parser.Metadata);
    }

    /// <summary>Where a tensor's data begins in the file.</summary>
    public long DataOffset(string name) => _offsets[name];

    private static byte[] ReadJson(IByteSource bytes)
    {
        if (bytes.Length < LengthBytes)
        {
            throw new InvalidWeightsException(
                bytes.Origin, $"has {bytes.Length} bytes, and a safetensors file begins with {LengthBytes} bytes of header length");
        }

        Span<byte> prefix = stackalloc byte[LengthBytes];
        bytes.Read(0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxJsonBytes || (long)length > bytes.Length - LengthBytes)
        {
            throw new InvalidWeightsException(
                bytes.Origin,
                $"declares a header of {length} bytes; {bytes.Length - LengthBytes} are left, and the limit is {MaxJsonBytes}");
        }

        byte[] json = new byte[length];
        bytes.Read(LengthBytes, json);
        return json.Length > 0 && json[0] == '{'
            ? json
            : throw new InvalidWeightsException(bytes.Origin, "the header does not begin with '{': not a safetensors file");
    }

    /// <summary>The tensors must cover the data exactly: no overlaps, no holes, nothing after the last.</summary>
    private static void CheckCoverage(string origin, List<SafetensorsRange> ranges, long dataLength)
    {
        long covered = 0;
        foreach (SafetensorsRange range in ranges.OrderBy(range => range.Begin).ThenBy(range => range.End))
        {
            if (range.Begin != covered)
            {
                string what = range.Begin < covered ? "overlaps another tensor" : "leaves a hole before it";
                throw new InvalidWeightsException(
                    origin, $"tensor '{range.Name}' {what}: it begins at byte {range.Begin} of the data, expected {covered}");
            }

            covered = range.End;
        }

        if (covered != dataLength)
        {
            throw new InvalidWeightsException(origin, $"the tensors take {covered} bytes, and the file has {dataLength} after its header");
        }
    }
}
