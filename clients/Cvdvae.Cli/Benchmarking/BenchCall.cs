using Cvdvae.Client;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>Makes calls and notes what happened when.</summary>
/// <param name="clients">The server, through one connection or several; calls take them in turn.</param>
/// <param name="requests">Request N of the load.</param>
/// <param name="settings">What each call takes.</param>
/// <param name="time">Clock of the measurement.</param>
internal sealed class BenchCall(IReadOnlyList<SuperResolutionClient> clients, Func<int, UpscaleRequest> requests, CallSettings settings, TimeProvider time)
{
    /// <summary>Makes call N.</summary>
    /// <param name="number">N, from 0.</param>
    /// <param name="due">When it should begin, as a timestamp of the clock.</param>
    /// <param name="stop">Ends the measurement: the call is cancelled.</param>
    /// <returns>The record; null: it was cancelled.</returns>
    public async Task<CallRecord?> RunAsync(int number, long due, CancellationToken stop)
    {
        TimeSpan lag = time.GetElapsedTime(due);
        UpscaleRequest request = requests(number);
        int samples = Math.Max(1, (int)request.SampleCount);
        var arrived = new Dictionary<int, int>();
        var reached = new Dictionary<int, TimeSpan>();
        TimeSpan? firstPreview = null;
        TimeSpan? result = null;
        int finished = 0;
        int full = 0;
        CompletedEvent? completed = null;
        try
        {
            await foreach (UpscaleEvent item in clients[number % clients.Count].UpscaleAsync(request, settings, stop))
            {
                TimeSpan elapsed = time.GetElapsedTime(due);
                if (item is StartedEvent started)
                {
                    full = request.StopAtResolution > 0 ? (int)request.StopAtResolution : started.OutputSize;
                }
                else if (item is PreviewEvent preview)
                {
                    firstPreview ??= elapsed;
                    int count = arrived[preview.Resolution] = arrived.GetValueOrDefault(preview.Resolution) + 1;
                    if (count == samples)
                    {
                        reached[preview.Resolution] = elapsed;
                    }
                }
                else if (item is ResultEvent ended)
                {
                    finished += ended.Image.Width >= full ? 1 : 0; // a preview in place of a result is none
                    result = elapsed;
                }

                completed = item as CompletedEvent ?? completed;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (SuperResolutionException error)
        {
            return new CallRecord { Ended = time.GetTimestamp(), Status = error.Status, Lag = lag };
        }

        return new CallRecord
        {
            Ended = time.GetTimestamp(),
            Status = StatusCode.OK,
            FirstPreview = firstPreview,
            Resolutions = reached,
            Result = result,
            Samples = finished,
            Lag = lag,
            CutByDeadline = completed is { Reason: CompletionReason.Deadline },
            EndedByClient = completed is { EndedByClient: true },
        };
    }
}
