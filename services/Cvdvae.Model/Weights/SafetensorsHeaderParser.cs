using System.Collections.Immutable;
using System.Text.Json;

namespace Cvdvae.Model.Weights;

/// <summary>Reads the JSON of a safetensors header, refusing whatever the format does not name.</summary>
internal sealed class SafetensorsHeaderParser(string origin)
{
    public Dictionary<string, TensorEntry> Entries { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; private set; } = new(StringComparer.Ordinal);

    public List<SafetensorsRange> Ranges { get; } = [];

    public void Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        bool hasMetadata = false;
        while (NextName(ref reader) is string name)
        {
            reader.Read();
            if (name != SafetensorsHeader.MetadataKey)
            {
                ParseTensor(ref reader, name);
            }
            else if (hasMetadata)
            {
                throw Invalid($"has '{name}' twice");
            }
            else
            {
                hasMetadata = true;
                Metadata = ParseMetadata(ref reader);
            }
        }

        // Only white space may follow; anything else makes the reader throw.
        reader.Read();
    }

    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private Dictionary<string, string> ParseMetadata(ref Utf8JsonReader reader)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, SafetensorsHeader.MetadataKey);
        while (NextName(ref reader) is string key)
        {
            reader.Read();
            Expect(ref reader, JsonTokenType.String, $"{SafetensorsHeader.MetadataKey}.{key}");
            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw Invalid($"has '{SafetensorsHeader.MetadataKey}.{key}' twice");
            }
        }

        return metadata;
    }

    private void ParseTensor(ref Utf8JsonReader reader, string name)
    {
        TensorElementType? elementType = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name);
        while (NextName(ref reader) is string field)
        {
            reader.Read();
            switch (field)
            {
                case "dtype" when elementType is null:
                    elementType = ParseElementType(ref reader, name);
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader, name, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader, name, field);
                    break;
                default:
                    throw Invalid($"tensor '{name}' has the field '{field}'; it takes dtype, shape and data_offsets, each once");
            }
        }

        Add(name, elementType, shape, offsets);
    }

    private void Add(string name, TensorElementType? elementType, ImmutableArray<long>? shape, ImmutableArray<long>? offsets)
    {
        if (elementType is not { } type || shape is not { } lengths || offsets is not [var begin, var end])
        {
            throw Invalid($"tensor '{name}' needs dtype, shape and two data_offsets");
        }

        if (lengths.Length > TensorSize.MaxRank)
        {
            throw Invalid($"tensor '{name}' has {lengths.Length} dimensions; accepted are up to {TensorSize.MaxRank}");
        }

        if (TensorSize.InBytes(type, lengths) is not { } length)
        {
            throw Invalid($"tensor '{name}' has a shape too large to count: ({string.Join(", ", lengths)})");
        }

        if (end - begin != length)
        {
            throw Invalid($"tensor '{name}' takes {length} bytes by its shape and {end - begin} by its data_offsets [{begin}, {end}]");
        }

        if (!Entries.TryAdd(name, new TensorEntry(name, type, lengths, length)))
        {
            throw Invalid($"has the tensor '{name}' twice");
        }

        Ranges.Add(new SafetensorsRange(name, begin, end));
    }

    private TensorElementType ParseElementType(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, $"{name}.dtype");
        string text = reader.GetString()!;
        return SafetensorsDtype.Parse(text)
            ?? throw Invalid($"tensor '{name}' has the dtype '{text}'; accepted are {SafetensorsDtype.Accepted}");
    }

    private ImmutableArray<long> ParseNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        var numbers = ImmutableArray.CreateBuilder<long>();
        Expect(ref reader, JsonTokenType.StartArray, $"{name}.{field}");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw Invalid($"tensor '{name}' has a {field} that is not a list of whole numbers from 0");
            }

            numbers.Add(number);
        }

        return numbers.DrainToImmutable();
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what)
    {
        if (reader.TokenType != expected)
        {
            throw Invalid($"the header has a {reader.TokenType} for '{what}', expected a {expected}");
        }
    }

    private InvalidWeightsException Invalid(string problem) => new(origin, problem);
}
