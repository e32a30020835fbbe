using Cvdvae.V1;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>Calls of tests end: each within a time limit.</summary>
internal static class CallLimits
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<List<UpscaleEvent>> CollectAsync(this SuperResolutionClient client, UpscaleRequest request, CallSettings? settings = null)
    {
        var events = new List<UpscaleEvent>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await foreach (UpscaleEvent item in client.UpscaleAsync(request, settings, limit.Token))
        {
            events.Add(item);
        }

        return events;
    }

    public static async Task<List<UpscaleEvent>> EndAsync(this IAsyncEnumerable<UpscaleEvent> call)
    {
        var events = new List<UpscaleEvent>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await foreach (UpscaleEvent item in call.WithCancellation(limit.Token))
        {
            events.Add(item);
        }

        return events;
    }

    public static Task<SuperResolutionException> FailAsync(this SuperResolutionClient client, UpscaleRequest request, CallSettings? settings = null) =>
        Assert.ThrowsAsync<SuperResolutionException>(() => client.CollectAsync(request, settings));
}
