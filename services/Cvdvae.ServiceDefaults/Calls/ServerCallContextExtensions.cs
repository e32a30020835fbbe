using Cvdvae.ServiceDefaults.Tensors;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>What handlers ask of a call.</summary>
public static class ServerCallContextExtensions
{
    private static readonly object Key = new();

    /// <summary>Identity of the call: that of the metadata or of the message's <c>request_id</c>, or a new one.</summary>
    public static RequestId RequestId(this ServerCallContext context)
    {
        if (context.UserState.TryGetValue(Key, out object? known))
        {
            return (RequestId)known;
        }

        RequestId id = Calls.RequestId.New();
        context.SetRequestId(id);
        return id;
    }

    /// <summary>Bytes of a tensor's pieces that suit the caller's connection.</summary>
    public static int PieceBytes(this ServerCallContext context) =>
        context.GetHttpContext().Connection.RemoteIpAddress is null ? TensorChunks.UnixPieceBytes : TensorChunks.TcpPieceBytes;

    internal static void SetRequestId(this ServerCallContext context, RequestId id) => context.UserState[Key] = id;
}
