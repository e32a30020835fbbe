using Cvdvae.Client;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>Calls whose time is too short, while others keep the services busy: where an image has come, each ends well.</summary>
public sealed class ShortDeadlineTests : IAsyncLifetime
{
    private const uint Samples = 5;
    private const int OtherCallers = 2;
    private const int MostAttempts = 15;
    private static readonly StatusCode[] BeforeAnyImage = [StatusCode.DeadlineExceeded, StatusCode.ResourceExhausted];
    private ServiceGroup _services = null!;

    public async ValueTask InitializeAsync() => _services = await ServiceGroup.StartAsync(new ServicesOptions
    {
        Models = Path.Combine(BuildOutput.Root, "models"),
        Settings = new Dictionary<string, string> { ["Torch:Threads"] = "1", ["Scheduler:MaxBacklog"] = "01:00:00" },
    });

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task Upscale_DeadlineTooShort_EndsWellWhereAnImageHasCome()
    {
        int calls = LongTests.AreAskedFor ? 1000 : 40;
        using SuperResolutionClient client = _services.Connect();
        await EndAsync(client, InTime.Limit, seed: 0); // the first call takes longer than others
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] others = [.. Enumerable.Range(0, OtherCallers).Select(_ => KeepBusyAsync(end.Token))];
        (_, int cut) = await CallAsync(client, TimeSpan.FromMilliseconds(50), calls);
        cut += (await CallAsync(client, TimeSpan.FromMilliseconds(100), calls)).Cut;

        // On a machine with much to do nothing may come of so short a time: a time is looked for in which something does.
        TimeSpan deadline = TimeSpan.FromMilliseconds(200);
        for (int attempt = 0; cut == 0 && attempt < MostAttempts; attempt++)
        {
            (int whole, cut) = await CallAsync(client, deadline, 10);
            deadline *= whole > 0 ? 0.7 : 1.5;
        }

        Assert.True(cut > 0, "no deadline cut a call short");
        await end.CancelAsync();
        await Task.WhenAll(others).WithinLimit();
    }

    /// <summary>Makes calls, one after the other.</summary>
    /// <returns>How many ended whole, and how many well because of their deadline.</returns>
    private static async Task<(int Whole, int Cut)> CallAsync(SuperResolutionClient client, TimeSpan deadline, int calls)
    {
        (int whole, int byServer, int byClient, int nothing) = (0, 0, 0, 0);
        for (int call = 0; call < calls; call++)
        {
            CompletedEvent? completed = await EndAsync(client, deadline, (ulong)call).WithinLimit();
            nothing += completed is null ? 1 : 0;
            whole += completed is { Reason: CompletionReason.Finished } ? 1 : 0;
            byClient += completed is { EndedByClient: true } ? 1 : 0;
            byServer += completed is { Reason: CompletionReason.Deadline, EndedByClient: false } ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{calls} calls of {deadline.TotalMilliseconds:F0} ms: {whole} whole, {byServer} cut short by the server, {byClient} by the client, {nothing} without any image");
        return (whole, byServer + byClient);
    }

    /// <summary>Makes a call. What it ends with has to fit what came before.</summary>
    /// <returns>Its end; null: it failed before any image came.</returns>
    private static async Task<CompletedEvent?> EndAsync(SuperResolutionClient client, TimeSpan deadline, ulong seed)
    {
        var finest = new SortedDictionary<int, int>();
        var results = new SortedDictionary<int, int>();
        CompletedEvent? completed = null;
        try
        {
            await foreach (UpscaleEvent item in client.UpscaleAsync(EmbeddedServices.Request(Samples, seed), new CallSettings { Deadline = deadline }, TestContext.Current.CancellationToken))
            {
                switch (item)
                {
                    case PreviewEvent preview:
                        finest[preview.SampleIndex] = preview.Resolution;
                        break;
                    case ResultEvent result:
                        results.Add(result.SampleIndex, result.Image.Width);
                        break;
                    case CompletedEvent end:
                        completed = end;
                        break;
                }
            }
        }
        catch (SuperResolutionException error)
        {
            Assert.True(finest.Count + results.Count == 0, $"{error.Status} after {finest.Count} samples had an image: {error.Message}");
            Assert.Contains(error.Status, BeforeAnyImage);
            return null;
        }

        Assert.NotNull(completed);
        Assert.All(finest, sample => Assert.True(results[sample.Key] >= sample.Value, $"sample {sample.Key} had reached {sample.Value}"));
        if (completed.EndedByClient || results.Count == Samples)
        {
            Assert.Equal(results.Values.Min(), completed.ReachedResolution); // the server says 0 where a sample has reached nothing
        }

        return completed;
    }

    private async Task KeepBusyAsync(CancellationToken stop)
    {
        using SuperResolutionClient client = _services.Connect();
        try
        {
            while (true)
            {
                await foreach (UpscaleEvent _ in client.UpscaleAsync(EmbeddedServices.Request(Samples, seed: 1), stop: stop))
                {
                    // as fast as they come
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the test has seen enough
        }
    }
}
