using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Tensors;

public sealed class TensorAssemblerTests
{
    private const int MaxBytes = 1 << 21;

    public static TheoryData<string, Tensor> Hostile => new()
    {
        { "map.type", Piece(TensorType.Unspecified, [1]) },
        { "map.type", Piece((TensorType)99, [1]) },
        { "map.shape", Piece(TensorType.Float32, []) },
        { "map.shape", Piece(TensorType.Float32, [1, 0, 4]) },
        { "map.shape", Piece(TensorType.Float32, [.. Enumerable.Repeat(1u, 9)]) },
        { "map.shape", Piece(TensorType.Float32, [.. Enumerable.Repeat(1u, 1_000_000)]) },
        { "map.shape", Piece(TensorType.Float32, [uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue]) },
        { "map.shape", Piece(TensorType.Uint8, [65536, 65536, 65536, 65536]) }, // 2^64: 0 where a product wraps around
        { "map.shape", Piece(TensorType.Float32, [(MaxBytes / 4) + 1]) },
        { "map.offset", Piece(TensorType.Float32, [4], offset: 4) },
        { "map.offset", Piece(TensorType.Float32, [4], offset: ulong.MaxValue) },
        { "map.data", Piece(TensorType.Float32, [4], bytes: 0) },
        { "map.data", Piece(TensorType.Float32, [4], bytes: 17) },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(1000)]
    public void Add_AllPieces_IsTheTensor(int pieceBytes)
    {
        TensorContent content = Content(2, 3);
        var assembler = new TensorAssembler("map", MaxBytes);

        // Twice: it is ready for the next after the last piece.
        for (int round = 0; round < 2; round++)
        {
            Tensor[] pieces = [.. TensorChunks.Split(content, pieceBytes)];
            Assert.All(pieces[..^1], piece => Assert.Null(assembler.Add(piece)));
            TensorContent result = assembler.Add(pieces[^1])!;

            Assert.False(assembler.IsPartial);
            Assert.Equal(content.Type, result.Type);
            Assert.Equal(content.Shape, result.Shape);
            Assert.Equal(content.Data.ToArray(), result.Data.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public void Add_HostilePiece_IsInvalidArgumentWithoutAllocation(string field, Tensor piece)
    {
        var assembler = new TensorAssembler("map", MaxBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();

        RpcException error = Assert.Throws<RpcException>(() => assembler.Add(piece));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith(field + ":", error.Status.Detail, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxBytes / 2);
    }

    [Fact]
    public void Add_SecondPieceOfAnotherTensor_IsRefused()
    {
        foreach (Tensor second in (Tensor[])[Piece(TensorType.Float32, [3, 2], 8, 8), Piece(TensorType.Uint8, [2, 3], 8, 8), Piece(TensorType.Float32, [2, 3], 0, 8), Piece(TensorType.Float32, [2, 3], 8, 17)])
        {
            var assembler = new TensorAssembler("map", MaxBytes);
            Assert.Null(assembler.Add(Piece(TensorType.Float32, [2, 3], 0, 8)));
            Assert.True(assembler.IsPartial);

            Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => assembler.Add(second)).StatusCode);
        }
    }

    [Fact]
    public void Whole_OnePieceOfSeveral_IsRefused()
    {
        RpcException error = Assert.Throws<RpcException>(() => TensorAssembler.Whole("image", Piece(TensorType.Uint8, [8], 0, 4), MaxBytes));

        Assert.StartsWith("image.data:", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => TensorAssembler.Whole("image", null, MaxBytes)).StatusCode);
    }

    [Fact]
    public void Split_Pieces_ShareTheMemory()
    {
        TensorContent content = Content(64, 1024);

        Tensor[] pieces = [.. TensorChunks.Split(content)];

        Tensor piece = Assert.Single(pieces);
        Assert.True(piece.Data.Memory.Equals(content.Data));
        Assert.Equal(2, TensorChunks.Split(content, (64 * 4096) - 1).Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorChunks.Split(content, 0));
    }

    [Fact]
    public void Release_LargeTensor_GivesItsMemoryToTheNextOnce()
    {
        const int bytes = 3 << 20;
        TensorContent first = TensorContent.Rent(TensorType.Float32, [bytes / 4], bytes, out Memory<byte> memory);
        first.Release();
        first.Release();

        TensorContent second = TensorContent.Rent(TensorType.Float32, [bytes / 4], bytes, out Memory<byte> again);
        TensorContent third = TensorContent.Rent(TensorType.Float32, [bytes / 4], bytes, out Memory<byte> another);

        Assert.Equal(bytes, again.Length);
        Assert.True(again.Equals(memory));
        Assert.False(another.Span.Overlaps(again.Span));
        Assert.True(third.Data.Equals((ReadOnlyMemory<byte>)another));
        second.Release();
        third.Release();
    }

    [Fact]
    public void Add_AfterARelease_DoesNotTouchWhatIsInUse()
    {
        TensorContent content = Content(256, 1024);
        var assembler = new TensorAssembler("map", MaxBytes);
        TensorContent Assemble() => TensorChunks.Split(content, 100_000).Select(assembler.Add).ToList()[^1]!;
        Assemble().Release();

        (TensorContent one, TensorContent other) = (Assemble(), Assemble());

        Assert.Equal(content.Data.Span, one.Data.Span);
        Assert.Equal(content.Data.Span, other.Data.Span);
        Assert.False(one.Data.Span.Overlaps(other.Data.Span));
    }

    private static TensorContent Content(uint rows, uint columns)
    {
        byte[] data = new byte[rows * columns * 4];
        new Random(1).NextBytes(data);
        return new TensorContent(TensorType.Float32, [rows, columns], data);
    }

    private static Tensor Piece(TensorType type, uint[] shape, ulong offset = 0, int bytes = 4) =>
        new() { Type = type, Shape = { shape }, Offset = offset, Data = ByteString.CopyFrom(new byte[bytes]) };
}
