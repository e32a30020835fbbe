using System.Security.Authentication;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Errors;

/// <summary>The errors of the contract, with details of google.rpc where clients can use them.</summary>
public static partial class RpcErrors
{
    private const int MaxShown = 100;

    /// <summary>INVALID_ARGUMENT with google.rpc.BadRequest.</summary>
    /// <param name="field">The field, in its wire name, for example <c>samples.index</c>.</param>
    /// <param name="value">Its value; shortened, and without control characters.</param>
    /// <param name="accepted">What is accepted.</param>
    public static RpcException InvalidArgument(string field, object? value, string accepted)
    {
        string description = $"'{Shown(value)}' is not accepted; accepted: {accepted}";
        return Error(Code.InvalidArgument, $"{field}: {description}", Violation(field, description));
    }

    /// <summary>NOT_FOUND with google.rpc.BadRequest: what a field names is not there.</summary>
    /// <param name="field">The field, in its wire name.</param>
    /// <param name="description">What is not there, and what is.</param>
    public static RpcException NotFound(string field, string description) =>
        Error(Code.NotFound, $"{field}: {description}", Violation(field, description));

    /// <summary>UNAUTHENTICATED.</summary>
    public static RpcException Unauthenticated(string message) => Error(Code.Unauthenticated, message);

    /// <summary>FAILED_PRECONDITION.</summary>
    public static RpcException FailedPrecondition(string message) => Error(Code.FailedPrecondition, message);

    /// <summary>UNAVAILABLE.</summary>
    public static RpcException Unavailable(string message) => Error(Code.Unavailable, message);

    /// <summary>RESOURCE_EXHAUSTED with google.rpc.RetryInfo.</summary>
    /// <param name="message">What is exhausted.</param>
    /// <param name="retryAfter">When to try again; below 0 counts as 0.</param>
    /// <param name="details">Further messages for the status details.</param>
    public static RpcException ResourceExhausted(string message, TimeSpan retryAfter, params IReadOnlyList<IMessage> details)
    {
        TimeSpan delay = retryAfter < TimeSpan.Zero ? TimeSpan.Zero : retryAfter;
        return Error(Code.ResourceExhausted, message, [new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }, .. details]);
    }

    /// <summary>The delay of a google.rpc.RetryInfo among an error's details; null where there is none.</summary>
    public static TimeSpan? RetryDelay(RpcException error) => Detail<RetryInfo>(error)?.RetryDelay?.ToTimeSpan();

    /// <summary>A message among an error's details; null where there is none.</summary>
    public static T? Detail<T>(RpcException error)
        where T : class, IMessage<T>, new() => error.GetRpcStatus()?.GetDetail<T>();

    /// <summary>Why a call has failed, for the log: what the connection met with, else what the other side said.</summary>
    public static string Reason(RpcException error)
    {
        if (error.StatusCode == StatusCode.DeadlineExceeded)
        {
            return "no answer in time";
        }

        if (error.Status.DebugException is not { } cause)
        {
            return error.Status.Detail.Length > 0 ? error.Status.Detail : error.StatusCode.ToString();
        }

        bool isTls = false;
        while (cause.InnerException is { } inner)
        {
            isTls |= cause is AuthenticationException;
            cause = inner;
        }

        // With TLS 1.3 a server refuses a certificate after the handshake, and what is read next is the end of the connection, or its alert.
        return cause is ObjectDisposedException || RefusedConnection().IsMatch(cause.Message)
            ? "the connection was closed as it began: it may want a certificate, or another one than is presented here (Tls:CertificatePath; its own log says whom it refuses), or it speaks no TLS"
            : isTls ? $"the TLS handshake failed: {cause.Message}"
            : cause.Message;
    }

    /// <summary>A value as a message shows it: at most 100 characters, none of them a control character.</summary>
    public static string Shown(object? value)
    {
        string text = FormattableString.Invariant($"{value}");
        string cut = text.Length > MaxShown ? $"{text[..MaxShown]}..." : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }

    private static BadRequest Violation(string field, string description) =>
        new() { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = description } } };

    private static RpcException Error(Code code, string message, params IReadOnlyList<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        status.Details.AddRange(details.Select(detail => Any.Pack(detail)));
        return status.ToRpcException();
    }

    [GeneratedRegex("response ended prematurely|HTTP/2 connection could not be established|connection reset|broken pipe|alert (certificate|bad certificate|unknown ca|handshake failure|access denied)|ALERT_", RegexOptions.IgnoreCase)]
    private static partial Regex RefusedConnection();
}
