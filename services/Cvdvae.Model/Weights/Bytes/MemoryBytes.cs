namespace Cvdvae.Model.Weights.Bytes;

/// <summary>A file's content that is in memory already.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> content, string origin) : IByteSource
{
    public string Origin => origin;

    public long Length => content.Length;

    public void Read(long offset, Span<byte> destination) =>
        content.Span.Slice((int)offset, destination.Length).CopyTo(destination);

    public void Dispose()
    {
        // Nothing is held.
    }
}
