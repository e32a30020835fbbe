namespace Cvdvae.Model.Weights.Bytes;

/// <summary>Random access to the bytes of a weights file.</summary>
internal interface IByteSource : IDisposable
{
    /// <summary>The file's path or name, for messages.</summary>
    public string Origin { get; }

    /// <summary>The number of bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills the destination from an offset; the caller keeps the range within <see cref="Length"/>.</summary>
    public void Read(long offset, Span<byte> destination);
}
