using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cvdvae.Model.Weights;

/// <summary>Writes safetensors files. The same tensors and metadata always give the same bytes.</summary>
public static class SafetensorsWriter
{
    // Names and metadata are for JSON readers only, so nothing has to be escaped for HTML.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes all tensors of a source to a file, one tensor in memory at a time. A reader sees the old file or the whole new one:
    /// the data goes to a temporary file in the same folder, to the disk, and then takes the name.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="source">The tensors; the widest element type comes first, then the order is by name.</param>
    /// <param name="metadata">Text to store with them; null for the source's own.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is named <c>__metadata__</c>, or is larger than the 2 GiB a buffer holds, or the header is over 100 MB.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ITensorSource source, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(source);
        TensorEntry[] entries =
        [
            .. source.Entries.Values
                .OrderByDescending(entry => entry.ElementType.SizeInBytes())
                .ThenBy(entry => entry.Name, StringComparer.Ordinal),
        ];
        byte[] header = Header(entries, metadata ?? source.Metadata);
        TemporaryFile.RemoveStale(path);
        string temporary = TemporaryFile.NameFor(path);
        try
        {
            WriteTemporary(temporary, header, entries, source);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void WriteTemporary(string path, byte[] header, TensorEntry[] entries, ITensorSource source)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(header);
        byte[] buffer = [];
        foreach (TensorEntry entry in entries)
        {
            int length = (int)entry.ByteLength;
            if (buffer.Length < length)
            {
                buffer = new byte[length];
            }

            source.CopyTo(entry.Name, buffer.AsSpan(0, length));
            file.Write(buffer, 0, length);
        }

        file.Flush(flushToDisk: true);
    }

    private static byte[] Header(TensorEntry[] entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var header = new MemoryStream();
        header.Write(stackalloc byte[SafetensorsHeader.LengthBytes]);
        using (var json = new Utf8JsonWriter(header, JsonOptions))
        {
            WriteJson(json, entries, metadata);
        }

        // The data then starts at a multiple of 8 bytes, so that a mapped file gives aligned tensors.
        while (header.Length % SafetensorsHeader.LengthBytes != 0)
        {
            header.WriteByte((byte)' ');
        }

        byte[] bytes = header.ToArray();
        long jsonLength = bytes.Length - SafetensorsHeader.LengthBytes;
        if (jsonLength > SafetensorsHeader.MaxJsonBytes)
        {
            throw new ArgumentException($"the header takes {jsonLength} bytes, and the format's limit is {SafetensorsHeader.MaxJsonBytes}");
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, jsonLength);
        return bytes;
    }

    private static void WriteJson(Utf8JsonWriter json, TensorEntry[] entries, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject();
        if (metadata.Count > 0)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        long offset = 0;
        foreach (TensorEntry entry in entries)
        {
            WriteTensor(json, entry, offset);
            offset += entry.ByteLength;
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorEntry entry, long offset)
    {
        if (entry.Name == SafetensorsHeader.MetadataKey || entry.ByteLength > Array.MaxLength)
        {
            throw new ArgumentException(
                $"tensor '{entry.Name}' of {entry.ByteLength} bytes cannot be written:"
                + $" the name is taken, or it has over {Array.MaxLength} bytes");
        }

        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafetensorsDtype.Name(entry.ElementType));
        json.WriteStartArray("shape");
        foreach (long length in entry.Shape)
        {
            json.WriteNumberValue(length);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + entry.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
