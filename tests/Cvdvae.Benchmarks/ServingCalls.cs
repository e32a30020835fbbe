using System.Diagnostics;
using Cvdvae.Client;
using Cvdvae.Imaging;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Benchmarks;

/// <summary>Calls of one sample with all previews, as a user makes them.</summary>
internal sealed class ServingCalls : IDisposable
{
    private readonly SuperResolutionClient _client;
    private readonly ByteString _image;
    private long _seed;

    /// <summary>Connects to a server.</summary>
    /// <param name="server">Its address.</param>
    /// <param name="size">Side of the low-res images.</param>
    public ServingCalls(string server, int size)
    {
        _client = new SuperResolutionClient(server);
        var image = new RgbImage(size, size);
        new Random(0).NextBytes(image.Pixels);
        _image = ByteString.CopyFrom(ImageCodec.Encode(image, ImageEncoding.Png, 100));
    }

    /// <summary>Makes a call and waits for its end.</summary>
    public CallTimes Call() => CallAsync().GetAwaiter().GetResult();

    /// <summary>Calls from several clients at once, each again as soon as its call ended, until the time is over; calls under way are finished.</summary>
    /// <returns>
    /// The calls begun after the first quarter of the time, in which all clients come at the same moment, and calls a second from then to the end: each call counts
    /// with the part of its time that lies there.
    /// </returns>
    public (IReadOnlyList<CallTimes> Calls, double Rate) Load(int clients, TimeSpan length)
    {
        TimeSpan settled = length / 4;
        long start = Stopwatch.GetTimestamp();
        async Task<(List<CallTimes> Calls, double Parts)> ClientAsync()
        {
            (var calls, double parts) = (new List<CallTimes>(), 0.0);
            TimeSpan end = TimeSpan.Zero;
            do
            {
                TimeSpan begin = end;
                CallTimes call = await CallAsync();
                if (begin >= settled)
                {
                    calls.Add(call);
                }

                end = Stopwatch.GetElapsedTime(start);
                TimeSpan counted = (end < length ? end : length) - (begin > settled ? begin : settled);
                parts += counted > TimeSpan.Zero ? counted / (end - begin) : 0;
            }
            while (end < length);
            return (calls, parts);
        }

        (List<CallTimes> Calls, double Parts)[] all = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => ClientAsync())).GetAwaiter().GetResult();
        return ([.. all.SelectMany(client => client.Calls)], all.Sum(client => client.Parts) / (length - settled).TotalSeconds);
    }

    public void Dispose() => _client.Dispose();

    private async Task<CallTimes> CallAsync()
    {
        var request = new UpscaleRequest { Image = _image, SampleCount = 1, Seed = (ulong)Interlocked.Increment(ref _seed) };
        long start = Stopwatch.GetTimestamp();
        var previews = new List<(int Resolution, double Milliseconds)>();
        (double result, ServerTimings? timings) = (double.NaN, null);
        await foreach (UpscaleEvent next in _client.UpscaleAsync(request, new CallSettings { Deadline = TimeSpan.FromHours(1) }))
        {
            double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            switch (next)
            {
                case PreviewEvent preview:
                    previews.Add((preview.Resolution, elapsed));
                    break;
                case ResultEvent:
                    result = elapsed;
                    break;
                case CompletedEvent completed:
                    timings = completed.Timings;
                    break;
            }
        }

        return new CallTimes(previews, result, timings!.Device.TotalMilliseconds, timings.Queued.TotalMilliseconds);
    }
}
