using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors#format). The header is read and checked in full when
/// the file is opened; a tensor's data is read when it is asked for.
/// </summary>
/// <remarks>
/// Refused: a header over 100 MB or beyond the file, a header that is no JSON object, a name that occurs twice, an element type
/// other than those of <see cref="TensorElementType"/>, more than 16 dimensions, unknown or missing fields, and tensors that overlap,
/// leave bytes unused, reach beyond the file, or whose bytes are not those of their shape.
/// </remarks>
public sealed class SafetensorsFile : ITensorSource
{
    private readonly IByteSource _bytes;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(IByteSource bytes)
    {
        _bytes = bytes;
        _header = SafetensorsHeader.Read(bytes);
    }

    /// <inheritdoc/>
    public string Origin => _bytes.Origin;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file. It stays open until the result is disposed.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="InvalidWeightsException">The file breaks the format.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var bytes = new FileBytes(path);
        try
        {
            return new SafetensorsFile(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file's content that is in memory already.</summary>
    /// <param name="content">The whole content, which must not change while the result is in use.</param>
    /// <param name="origin">What to call it in messages.</param>
    /// <exception cref="InvalidWeightsException">The content breaks the format.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> content, string origin) => new(new MemoryBytes(content, origin));

    /// <inheritdoc/>
    public void CopyTo(string name, Span<byte> destination)
    {
        this.Require(name, destination);
        _bytes.Read(_header.DataOffset(name), destination);
    }

    /// <summary>Copies some bytes of a tensor, which may be larger than a buffer can be.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="destination">As many bytes as it takes.</param>
    /// <exception cref="InvalidWeightsException">There is no such tensor, or the file has shrunk since it was opened.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor ends before.</exception>
    public void CopyTo(string name, long offset, Span<byte> destination)
    {
        TensorEntry entry = this.Require(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.ByteLength - destination.Length);
        _bytes.Read(_header.DataOffset(name) + offset, destination);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
