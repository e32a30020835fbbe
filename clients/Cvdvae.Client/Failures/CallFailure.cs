using System.Globalization;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Cvdvae.Client;

/// <summary>Failures of calls as exceptions that can be read.</summary>
internal static class CallFailure
{
    private const string RequestIdHeader = "x-request-id";

    /// <summary>Turns what gRPC throws into what this client throws.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="address">Where the server is.</param>
    /// <param name="deadline">Longest time of the call; null: none.</param>
    /// <param name="attempts">Attempts made, with the one that failed.</param>
    /// <param name="requestId">Identity of the call, where known.</param>
    public static SuperResolutionException From(RpcException error, string address, TimeSpan? deadline, int attempts, string? requestId)
    {
        Google.Rpc.Status? details = Details(error);
        BadRequest.Types.FieldViolation? violation = details?.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault();
        TimeSpan? retryAfter = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
        return new SuperResolutionException(Message(error, address, deadline, violation, retryAfter), error)
        {
            Status = error.StatusCode,
            Field = violation?.Field,
            RetryAfter = retryAfter,
            RequestId = error.Trailers.GetValue(RequestIdHeader) ?? requestId,
            Attempts = attempts,
        };
    }

    /// <summary>The server's answer is not one of this protocol.</summary>
    public static SuperResolutionException Protocol(string address, string problem, string? requestId) =>
        new($"{address}: {problem}") { Status = StatusCode.Internal, RequestId = requestId };

    private static string Message(
        RpcException error, string address, TimeSpan? deadline, BadRequest.Types.FieldViolation? violation, TimeSpan? retryAfter)
    {
        if (TransportProblem(error.Status.DebugException) is string problem)
        {
            return $"can't reach {address}: {problem}";
        }

        string detail = error.Status.Detail;
        return error.StatusCode switch
        {
            StatusCode.DeadlineExceeded => deadline is { } time
                ? string.Create(CultureInfo.InvariantCulture, $"the deadline of {time.TotalSeconds:0.###} s passed before the call ended")
                : "the deadline passed before the call ended",
            StatusCode.Unimplemented => $"{address} does not offer this service{(detail.Length > 0 ? $" ({detail})" : "")}",
            StatusCode.InvalidArgument when violation is not null && !detail.StartsWith(violation.Field, StringComparison.Ordinal) =>
                $"{violation.Field}: {violation.Description}",
            _ => $"{(detail.Length > 0 ? detail : $"the server answered {error.StatusCode}")}{Advice(retryAfter)}",
        };
    }

    private static string Advice(TimeSpan? retryAfter) =>
        retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"; try again in {time.TotalSeconds:0.###} s") : "";

    /// <summary>What kept bytes from going to and fro; null where the server itself answered.</summary>
    private static string? TransportProblem(Exception? cause)
    {
        if (cause is not (HttpRequestException or IOException or System.Net.Sockets.SocketException))
        {
            return null;
        }

        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        // What is left of a connection that the server closed while it was made: it does so to callers whose certificate it does not take.
        return cause is ObjectDisposedException ? "the server closed the connection; it may want a certificate" : cause.Message.TrimEnd('.');
    }

    private static Google.Rpc.Status? Details(RpcException error)
    {
        try
        {
            return error.GetRpcStatus();
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // what comes from the network may be anything; the status itself is known
        }
    }
}
