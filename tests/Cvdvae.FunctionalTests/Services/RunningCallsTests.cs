using Cvdvae.Client;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>Calls that are cancelled, cut by their deadline or read too slowly, beside others that are not.</summary>
public sealed class RunningCallsTests(EmbeddedServices services) : IClassFixture<EmbeddedServices>, IDisposable
{
    private const int Calls = 100;
    private const string Cancelled = "cvdvae_decoder_cancelled_total";
    private static readonly CallSettings Patient = new() { Deadline = InTime.Limit };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => services.Group.ReportFailure();

    [Fact]
    public async Task Cancel_HalfOfManyRunningCalls_StopsTheirWorkAndNoOther()
    {
        using SuperResolutionClient client = services.Group.Connect();
        byte[] alone = await ResultAsync(client, seed: 1);
        double before = await services.Group.Decoders[0].MetricAsync(Cancelled) ?? 0;
        Task<byte[]?>[] calls = [.. Enumerable.Range(0, Calls).Select(async index =>
            index % 2 == 0 ? await CancelledAsync(client, (ulong)index) : await ResultAsync(client, (ulong)index))];
        byte[]?[] results = await Task.WhenAll(calls);

        Assert.All(results.Where((_, index) => index % 2 == 1), Assert.NotNull);
        Assert.All(results.Where((_, index) => index % 2 == 0), Assert.Null);
        byte[] among = results[1]!;
        Assert.True(alone.Zip(among, (a, b) => a != b).Count(differs => differs) <= alone.Length / 1000);
        await InTime.Until(async () => await services.Group.Decoders[0].MetricAsync("cvdvae_decoder_rows_inflight") == 0);
        double? cancelled = await services.Group.Decoders[0].MetricAsync(Cancelled) - before;
        Assert.InRange(cancelled!.Value, 1, Calls / 2);
        Assert.Equal(0, await services.Group.Decoders[0].MetricAsync("cvdvae_decoder_cancelled_steps_after_total"));
    }

    [Fact]
    public async Task Deadline_ShorterThanTheDecode_EndsWellWithWhatIsFinished()
    {
        const int samples = 256;
        using SuperResolutionClient client = services.Group.Connect();
        await ResultAsync(client, seed: 0);
        var settings = new CallSettings { Deadline = TimeSpan.FromSeconds(3) };
        var events = new List<UpscaleEvent>();
        await foreach (UpscaleEvent next in client.UpscaleAsync(EmbeddedServices.Request(samples, seed: 1), settings, Stop))
        {
            events.Add(next);
        }

        CompletedEvent completed = Assert.IsType<CompletedEvent>(events[^1]);
        Assert.Equal(CompletionReason.Deadline, completed.Reason);
        Assert.False(completed.EndedByClient, "the server ends it, before the deadline");
        Assert.InRange(completed.ReachedResolution, 1, 63);
        Assert.Equal(samples, events.OfType<PreviewEvent>().Count(preview => preview.Resolution == completed.ReachedResolution));
    }

    [Fact]
    public async Task Reader_ThatStopsReading_HoldsUpNobodyAndGetsItsResults()
    {
        const int samples = 64;
        using SuperResolutionClient slow = services.Group.Connect();
        using SuperResolutionClient client = services.Group.Connect();
        await ResultAsync(client, seed: 0);
        await using IAsyncEnumerator<UpscaleEvent> stalled = slow.UpscaleAsync(EmbeddedServices.Request(samples, seed: 1), Patient, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await stalled.MoveNextAsync());
        long memory = services.Group.Gateway.Process.ResidentBytes;

        // Whoever is held up runs into the deadline.
        long start = TimeProvider.System.GetTimestamp();
        int others = 0;
        do
        {
            await ResultAsync(client, seed: (ulong)others++);
        }
        while (others <= 20 || TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30));

        Assert.True(services.Group.Gateway.Process.ResidentBytes - memory < 128 << 20);

        // Nor does the device wait for the reader.
        await InTime.Until(async () => await services.Group.Decoders[0].MetricAsync("cvdvae_decoder_rows_inflight") == 0);
        var rest = new List<UpscaleEvent>();
        while (await stalled.MoveNextAsync())
        {
            rest.Add(stalled.Current);
        }

        Assert.Equal(Enumerable.Range(0, samples), rest.OfType<ResultEvent>().Select(result => result.SampleIndex).Order());
        Assert.Equal(CompletionReason.Finished, Assert.IsType<CompletedEvent>(rest[^1]).Reason);
    }

    private static async Task<byte[]> ResultAsync(SuperResolutionClient client, ulong seed)
    {
        byte[]? pixels = null;
        await foreach (UpscaleEvent next in client.UpscaleAsync(EmbeddedServices.Request(1, seed), Patient, Stop))
        {
            pixels = next is ResultEvent result ? result.Image.Data.ToArray() : pixels;
        }

        return pixels!;
    }

    /// <summary>Cancels a call at its first preview; null: it ended so.</summary>
    private static async Task<byte[]?> CancelledAsync(SuperResolutionClient client, ulong seed)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (UpscaleEvent next in client.UpscaleAsync(EmbeddedServices.Request(1, seed), Patient, source.Token))
            {
                if (next is PreviewEvent)
                {
                    await source.CancelAsync();
                }
            }
        });
        return null;
    }
}
