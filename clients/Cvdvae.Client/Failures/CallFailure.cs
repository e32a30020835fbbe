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
    public static SuperResolutionException From(RpcException error, FailedCall call)
    {
        Google.Rpc.Status? details = Details(error);
        BadRequest.Types.FieldViolation? violation = details?.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault();
        TimeSpan? retryAfter = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();

        // Nobody has cancelled a call that comes here. A server at its deadline may reset the stream before the client's own timer fires.
        bool deadline = error.StatusCode == StatusCode.Cancelled && call.DeadlinePassed;
        StatusCode status = deadline ? StatusCode.DeadlineExceeded : error.StatusCode;
        string? problem = status == StatusCode.DeadlineExceeded ? null : TransportProblem.Of(error.Status, call.Options, call.Admitted);
        if (problem is not null)
        {
            // Which of several statuses Grpc.Net.Client gives to a connection that fails depends on how far it had come. CANCELLED is its
            // word for an answer that is not gRPC's.
            status = error.Status.DebugException is not null ? StatusCode.Unavailable
                : status == StatusCode.Cancelled ? StatusCode.Unknown
                : status;
        }

        Excess? excess = problem is null ? Excess.Of(status, error.Status.Detail, retryAfter is not null, call)
            : call.RequestBytes is int size && TransportProblem.IsTooLargeForAProxy(error.Status.Detail)
            ? new($"{problem}: {size} bytes", size, null)
            : null;
        if (excess is not null)
        {
            return new MessageTooLargeException(excess.Message, error)
            {
                Status = StatusCode.ResourceExhausted,
                Size = excess.Size,
                Limit = excess.Limit,
                RequestId = error.Trailers.GetValue(RequestIdHeader) ?? call.RequestId,
                Attempts = call.Attempts,
            };
        }

        return new SuperResolutionException(problem ?? Message(error.Status.Detail, status, call, violation, retryAfter), error)
        {
            Status = status,
            Field = violation is null ? null : call.Names.Field(violation.Field),
            WireField = violation?.Field,
            RetryAfter = retryAfter,
            RequestId = error.Trailers.GetValue(RequestIdHeader) ?? call.RequestId,
            Attempts = call.Attempts,
        };
    }

    /// <summary>The server's answer is not one of this protocol.</summary>
    public static SuperResolutionException Protocol(string address, string problem, string? requestId) =>
        new($"{address}: {problem}") { Status = StatusCode.Internal, RequestId = requestId };

    private static string Message(
        string detail, StatusCode status, FailedCall call, BadRequest.Types.FieldViolation? violation, TimeSpan? retryAfter) =>
        status switch
        {
            StatusCode.DeadlineExceeded => call.Deadline is { } time
                ? string.Create(CultureInfo.InvariantCulture, $"the deadline of {time.TotalSeconds:0.###} s passed before the call ended")
                : "the deadline passed before the call ended",
            StatusCode.Unimplemented => $"{call.Options.Address} does not offer this service{(detail.Length > 0 ? $" ({detail})" : "")}",
            StatusCode.InvalidArgument when violation is not null && !detail.StartsWith(violation.Field, StringComparison.Ordinal) =>
                call.Names.Message($"{violation.Field}: {violation.Description}"),
            _ => $"{(detail.Length > 0 ? call.Names.Message(detail) : $"the server answered {status}")}{Advice(retryAfter)}",
        };

    private static string Advice(TimeSpan? retryAfter) =>
        retryAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"; try again in {time.TotalSeconds:0.###} s") : "";

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
