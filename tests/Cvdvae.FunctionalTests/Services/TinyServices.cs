using Cvdvae.Client;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>The tiny reference model behind real processes: with one decoder, and with a decoder of two stages over Unix domain sockets.</summary>
public sealed class TinyServices : IAsyncLifetime
{
    private readonly TemporaryFolder _models = new();

    /// <summary>An encoder, a decoder and a gateway.</summary>
    internal ServiceGroup Whole { get; private set; } = null!;

    /// <summary>An encoder, two decoder stages and a gateway.</summary>
    internal ServiceGroup Staged { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        TinyModel.CreateFolder(_models["tiny"]);
        var options = new ServicesOptions { Models = _models[""], Settings = new Dictionary<string, string> { ["Torch:Threads"] = "1" } };
        Whole = await ServiceGroup.StartAsync(options);
        Staged = await ServiceGroup.StartAsync(options with { Stages = ["1-8", "16-32"], UnixSockets = true });
    }

    public async ValueTask DisposeAsync()
    {
        await Whole.DisposeAsync();
        await Staged.DisposeAsync();
        _models.Dispose();
    }

    /// <summary>A request for the first reference image.</summary>
    internal static UpscaleRequest Request(uint samples, PixelSampling sampling, float temperature = 0.8f, ulong seed = 7) => new()
    {
        Image = ByteString.CopyFrom(TinyReference.Input()),
        SampleCount = samples,
        Seed = seed,
        EncoderTemperature = temperature,
        PriorTemperature = temperature,
        PixelSampling = sampling,
        ResultFormat = ImageFormat.RawRgb,
    };

    /// <summary>All events of a call.</summary>
    internal static async Task<IReadOnlyList<UpscaleEvent>> CallAsync(ServiceGroup services, UpscaleRequest request)
    {
        using SuperResolutionClient client = services.Connect();
        var events = new List<UpscaleEvent>();
        await foreach (UpscaleEvent next in client.UpscaleAsync(request, new CallSettings { Deadline = InTime.Limit }, TestContext.Current.CancellationToken))
        {
            events.Add(next);
        }

        return events;
    }

    /// <summary>The pixels of a call's results, in the order of the samples.</summary>
    internal static async Task<byte[]> PixelsAsync(ServiceGroup services, UpscaleRequest request) =>
        [.. (await CallAsync(services, request)).OfType<ResultEvent>().OrderBy(result => result.SampleIndex).SelectMany(result => result.Image.Data.ToArray())];
}
