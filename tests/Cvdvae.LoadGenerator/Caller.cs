using System.Collections.Concurrent;
using Cvdvae.Client;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.LoadGenerator;

/// <summary>Makes calls and looks at all that comes back.</summary>
/// <param name="client">The server.</param>
/// <param name="requests">What to ask for.</param>
/// <param name="seeds">Seeds that are used in turn.</param>
/// <param name="pause">How long a slow reader reads nothing.</param>
internal sealed class Caller(SuperResolutionClient client, Requests requests, int seeds, TimeSpan pause)
{
    private static readonly string[] Refusals = [nameof(StatusCode.InvalidArgument), nameof(StatusCode.NotFound)];
    private readonly ConcurrentDictionary<ulong, ReceivedCall> _references = new();

    /// <summary>Makes a call.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="kind">What its caller does.</param>
    /// <param name="due">When it was due, by the system's timestamps.</param>
    public async Task<CallRecord> RunAsync(int number, CallKind kind, long due)
    {
        ulong seed = (ulong)(number % seeds);
        UpscaleRequest request = kind == CallKind.Bad ? requests.Bad(number) : requests.Good(seed);
        var received = new ReceivedCall();
        var clock = new CallClock(due);
        string? status = nameof(StatusCode.OK);
        TimeSpan? retryAfter = null;
        string? message = null;
        try
        {
            await foreach (UpscaleEvent item in client.UpscaleAsync(request))
            {
                clock.Note(item);
                received.Add(item);
                status = item is CompletedEvent { EndedByClient: true } ? nameof(StatusCode.DeadlineExceeded) : status; // the server hung
                if (item is PreviewEvent && kind == CallKind.Cancelled)
                {
                    status = null;
                    break;
                }

                if (item is StartedEvent && kind == CallKind.Slow)
                {
                    await Task.Delay(pause);
                    clock.Skip();
                }
            }
        }
        catch (SuperResolutionException error)
        {
            status = error.Status.ToString();
            retryAfter = error.RetryAfter;
            message = error.Message;
        }

        if (status == nameof(StatusCode.OK))
        {
            ReceivedCall reference = kind == CallKind.Plain ? _references.GetOrAdd(seed, received) : _references.GetValueOrDefault(seed, received);
            received.Check(requests.Samples, reference == received ? null : reference, mayLackPreviews: kind == CallKind.Slow);
        }

        return clock.Record(kind, status, retryAfter is not null) with { Problem = received.Problem ?? Unexpected(kind, status, message) };
    }

    private static string? Unexpected(CallKind kind, string? status, string? message) => kind switch
    {
        CallKind.Bad => Refusals.Contains(status) ? null : $"a bad request ended with {status}",
        _ => status is null or nameof(StatusCode.OK) or nameof(StatusCode.ResourceExhausted) ? null : $"{status}: {message}",
    };
}
