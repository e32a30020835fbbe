using System.Diagnostics;
using Cvdvae.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>Around every call: its identity in logs, traces and the response; refusal while the process stops; a clear status for every error.</summary>
internal sealed partial class CallInterceptor : Interceptor
{
    private readonly RunningCalls _calls;
    private readonly ILogger<CallInterceptor> _logger;

    public CallInterceptor(RunningCalls calls, ILogger<CallInterceptor> logger) => (_calls, _logger) = (calls, logger);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Run(request, context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Run(null, context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Run(request, context, () => Nothing(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Run(null, context, () => Nothing(continuation(requestStream, responseStream, context)));

    private static async Task<object?> Nothing(Task task)
    {
        await task.ConfigureAwait(false);
        return null;
    }

    /// <summary>That of the metadata, else that of the message, else a new one.</summary>
    private static RequestId IdOf(object? request, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(RequestId.Header) is { } header)
        {
            return RequestId.Parse(RequestId.Header, header);
        }

        FieldDescriptor? field = (request as IMessage)?.Descriptor.FindFieldByName("request_id");
        return field?.FieldType == FieldType.String && field.Accessor.GetValue((IMessage)request!) is string { Length: > 0 } text
            ? RequestId.Parse("request_id", text)
            : RequestId.New();
    }

    private async Task<T> Run<T>(object? request, ServerCallContext context, Func<Task<T>> call)
    {
        HttpContext http = context.GetHttpContext();
        RequestId id = IdOf(request, context);
        context.SetRequestId(id);
        http.Response.Headers[RequestId.Header] = id.Value;
        Activity.Current?.SetTag("cvdvae.request_id", id.Value);
        using IDisposable? scope = _logger.BeginScope(new RequestScope(id));
        if (!_calls.TryEnter(http, context.Method))
        {
            throw RpcErrors.Unavailable("the service is stopping");
        }

        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Map(error, context, id);
        }
        finally
        {
            _calls.Leave(http);
        }
    }

    private RpcException Map(Exception error, ServerCallContext context, RequestId id)
    {
        // Whatever goes wrong after the caller has left comes from that.
        if (context.CancellationToken.IsCancellationRequested)
        {
            return context.Deadline <= DateTime.UtcNow
                ? new RpcException(new Status(StatusCode.DeadlineExceeded, "the deadline passed"))
                : new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
        }

        if (error is OperationCanceledException && _calls.IsClosed)
        {
            return RpcErrors.Unavailable("the service is stopping");
        }

        Failed(error, context.Method);
        return new RpcException(new Status(StatusCode.Internal, $"internal error; the service's log has it under request_id {id}"));
    }

    [LoggerMessage(111, LogLevel.Error, "{Method} failed")]
    private partial void Failed(Exception error, string method);
}
