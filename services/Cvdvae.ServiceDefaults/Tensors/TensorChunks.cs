using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.ServiceDefaults.Tensors;

/// <summary>Cuts tensors into pieces of a size that the transport carries fastest.</summary>
public static class TensorChunks
{
    /// <summary>Bytes of a piece over TCP (measured on loopback: 16 KiB takes twice as long).</summary>
    public const int TcpPieceBytes = 256 << 10;

    /// <summary>Bytes of a piece over a Unix socket.</summary>
    public const int UnixPieceBytes = 1 << 20;

    /// <summary>Bytes of a piece that suit an address.</summary>
    public static int PieceBytes(string address) => Listening.ServiceAddress.IsUnix(address) ? UnixPieceBytes : TcpPieceBytes;

    /// <summary>Cuts a tensor into pieces, in order. Nothing is copied: the data must stay as it is until the pieces are sent.</summary>
    /// <param name="content">The tensor.</param>
    /// <param name="pieceBytes">Most bytes of a piece, at least 1.</param>
    public static IEnumerable<Tensor> Split(TensorContent content, int pieceBytes = TcpPieceBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieceBytes, 1);
        return Pieces(content, pieceBytes);
    }

    /// <summary>A tensor as one message. Nothing is copied.</summary>
    public static Tensor Whole(TensorContent content) => Piece(content, 0, content.Data.Length);

    private static IEnumerable<Tensor> Pieces(TensorContent content, int pieceBytes)
    {
        for (int offset = 0; offset < content.Data.Length; offset += pieceBytes)
        {
            yield return Piece(content, offset, Math.Min(pieceBytes, content.Data.Length - offset));
        }
    }

    private static Tensor Piece(TensorContent content, int offset, int length) => new()
    {
        Type = content.Type,
        Shape = { content.Shape },
        Offset = (ulong)offset,
        Data = UnsafeByteOperations.UnsafeWrap(content.Data.Slice(offset, length)),
    };
}
