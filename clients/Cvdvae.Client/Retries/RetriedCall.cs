using Grpc.Core;

namespace Cvdvae.Client;

/// <summary>One call with all its attempts.</summary>
/// <param name="options">The client's options.</param>
/// <param name="settings">The call's own.</param>
/// <param name="policy">When to try again.</param>
/// <param name="time">Clock of the deadline and the waits.</param>
/// <param name="stop">Cancels the call.</param>
/// <param name="requestBytes">Size of the request, where it has something that can be large.</param>
internal sealed class RetriedCall(
    SuperResolutionClientOptions options,
    CallSettings settings,
    RetryPolicy policy,
    TimeProvider time,
    CancellationToken stop,
    int? requestBytes = null)
{
    // Dates end, and so does the header that tells the server.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(36500);

    private readonly TimeSpan? _limit = Kept(settings.Deadline ?? options.Deadline);
    private readonly DateTimeOffset? _deadline = time.GetUtcNow() + Kept(settings.Deadline ?? options.Deadline);
    private readonly long _start = time.GetTimestamp();
    private int _attempts;

    /// <summary>When the call began, as a timestamp of the clock.</summary>
    public long Start => _start;

    /// <summary>Makes attempts until one succeeds or the failure stands.</summary>
    /// <param name="attempt">Begins the call and returns once the server has admitted it.</param>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> RunAsync<T>(Func<CallOptions, Task<T>> attempt)
    {
        while (true)
        {
            _attempts++;
            SuperResolutionException failure;
            try
            {
                return await attempt(Options()).ConfigureAwait(false);
            }
            catch (RpcException error)
            {
                stop.ThrowIfCancellationRequested();
                failure = Failure(error, admitted: false);
            }

            TimeSpan wait = policy.Wait(_attempts, failure.Status, failure.RetryAfter) ?? throw failure;
            if (time.GetUtcNow() + wait >= _deadline)
            {
                throw failure;
            }

            await Task.Delay(wait, time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A failure as an exception that can be read.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="admitted">Whether the server had admitted the call; nothing is tried again then.</param>
    public SuperResolutionException Failure(RpcException error, bool admitted) => CallFailure.From(
        error,
        new FailedCall(
            options, _limit, time.GetUtcNow() >= _deadline, _attempts, settings.RequestId, settings.Names, requestBytes, admitted));

    /// <summary>A deadline that a clock can keep; null: there is none.</summary>
    private static TimeSpan? Kept(TimeSpan? deadline) =>
        deadline < LongestDeadline && deadline != Timeout.InfiniteTimeSpan ? deadline : null;

    private CallOptions Options()
    {
        var headers = new Metadata();
        if (settings.RequestId is { } id)
        {
            headers.Add("x-request-id", id);
        }

        if ((settings.ApiKey ?? options.ApiKey) is { } key)
        {
            headers.Add("x-api-key", key);
        }

        if ((settings.Token ?? options.Token) is { } token)
        {
            headers.Add("authorization", $"Bearer {token}");
        }

        return new CallOptions(headers, _deadline?.UtcDateTime, stop);
    }
}
