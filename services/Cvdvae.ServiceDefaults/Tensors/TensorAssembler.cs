using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Tensors;

/// <summary>
/// Puts a tensor together from its pieces. Everything a sender says is checked before memory is taken: the type, the shape, the bytes that they make, the
/// order and the length of the pieces. After the last piece it is ready for the next tensor.
/// </summary>
public sealed class TensorAssembler
{
    private readonly string _field;
    private readonly int _maxBytes;
    private TensorContent? _content;
    private Memory<byte> _data;
    private int _received;

    /// <summary>Creates an assembler.</summary>
    /// <param name="field">Field of the tensor, for messages.</param>
    /// <param name="maxBytes">Most bytes of a whole tensor.</param>
    public TensorAssembler(string field, int maxBytes) => (_field, _maxBytes) = (field, maxBytes);

    /// <summary>Whether some pieces of a tensor have come, and not all.</summary>
    public bool IsPartial => _content is not null;

    /// <summary>The content of a tensor that must have come in one piece. Nothing is copied.</summary>
    /// <param name="field">Its field, for messages.</param>
    /// <param name="tensor">The message; null counts as an empty one.</param>
    /// <param name="maxBytes">Most bytes of it.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static TensorContent Whole(string field, Tensor? tensor, int maxBytes)
    {
        tensor ??= new Tensor();
        return new TensorAssembler(field, maxBytes).Add(tensor)
            ?? throw RpcErrors.InvalidArgument($"{field}.data", $"{tensor.Data.Length} bytes", "the whole tensor in one piece");
    }

    /// <summary>Adds the next piece.</summary>
    /// <returns>The tensor, with its last piece; before, null.</returns>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the piece is wrong, or not the next one.</exception>
    public TensorContent? Add(Tensor piece)
    {
        int total = _content?.Data.Length ?? TensorLayout.ByteLength(_field, piece.Type, piece.Shape, _maxBytes);
        if (_content is not null && (piece.Type != _content.Type || !piece.Shape.SequenceEqual(_content.Shape)))
        {
            throw RpcErrors.InvalidArgument($"{_field}.shape", $"{piece.Type} {TensorLayout.Text(piece.Shape)}", $"{_content.Type} {TensorLayout.Text(_content.Shape)}, as in the piece before");
        }

        if (piece.Offset != (ulong)_received)
        {
            throw RpcErrors.InvalidArgument($"{_field}.offset", piece.Offset, $"{_received}: pieces come in order");
        }

        if (piece.Data.Length == 0 || piece.Data.Length > total - _received)
        {
            throw RpcErrors.InvalidArgument($"{_field}.data", $"{piece.Data.Length} bytes", $"1 to {total - _received} bytes: the tensor has {total} and {_received} have come");
        }

        if (_content is null && piece.Data.Length == total)
        {
            return new TensorContent(piece.Type, [.. piece.Shape], piece.Data.Memory);
        }

        _content ??= TensorContent.Rent(piece.Type, [.. piece.Shape], total, out _data);
        piece.Data.Span.CopyTo(_data.Span[_received..]);
        _received += piece.Data.Length;
        if (_received < total)
        {
            return null;
        }

        TensorContent content = _content;
        (_content, _data, _received) = (null, default, 0);
        return content;
    }
}
