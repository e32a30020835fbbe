using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>Counts the decodes that a stage has ended.</summary>
internal sealed class CallsProbe : Interceptor
{
    private int _ended;

    public int Ended => Volatile.Read(ref _ended);

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
