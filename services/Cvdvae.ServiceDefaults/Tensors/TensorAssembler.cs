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
    private TensorType _type;
    private uint[] _shape = [];
    private byte[]? _data;
    private int _received;

    /// <summary>Creates an assembler.</summary>
    /// <param name="field">Field of the tensor, for messages.</param>
    /// <param name="maxBytes">Most bytes of a whole tensor.</param>
    public TensorAssembler(string field, int maxBytes) => (_field, _maxBytes) = (field, maxBytes);

    /// <summary>Whether some pieces of a tensor have come, and not all.</summary>
    public bool IsPartial => _data is not null;

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
        int total = _data?.Length ?? TensorLayout.ByteLength(_field, piece.Type, piece.Shape, _maxBytes);
        if (_data is not null && (piece.Type != _type || !piece.Shape.SequenceEqual(_shape)))
        {
            throw RpcErrors.InvalidArgument($"{_field}.shape", $"{piece.Type} {TensorLayout.Text(piece.Shape)}", $"{_type} {TensorLayout.Text(_shape)}, as in the piece before");
        }

        if (piece.Offset != (ulong)_received)
        {
            throw RpcErrors.InvalidArgument($"{_field}.offset", piece.Offset, $"{_received}: pieces come in order");
        }

        if (piece.Data.Length == 0 || piece.Data.Length > total - _received)
        {
            throw RpcErrors.InvalidArgument($"{_field}.data", $"{piece.Data.Length} bytes", $"1 to {total - _received} bytes: the tensor has {total} and {_received} have come");
        }

        if (_data is null && piece.Data.Length == total)
        {
            return new TensorContent(piece.Type, [.. piece.Shape], piece.Data.Memory);
        }

        if (_data is null)
        {
            (_type, _shape, _data) = (piece.Type, [.. piece.Shape], GC.AllocateUninitializedArray<byte>(total));
        }

        piece.Data.Span.CopyTo(_data.AsSpan(_received));
        _received += piece.Data.Length;
        if (_received < total)
        {
            return null;
        }

        var content = new TensorContent(_type, _shape, _data);
        (_data, _received) = (null, 0);
        return content;
    }
}
