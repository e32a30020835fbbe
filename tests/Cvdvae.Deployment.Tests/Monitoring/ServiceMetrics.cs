using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Cvdvae.DecoderHost;
using Cvdvae.EncoderHost;
using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.Deployment.Tests.Monitoring;

/// <summary>What the services measure: the three roles in one process, after a call with the embedded model, as Prometheus sees them.</summary>
public sealed partial class ServiceMetrics : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _folder = new();
    private readonly MeterListener _listener = new();
    private WebApplication? _app;

    /// <summary>Series that were scraped, with the names of their labels.</summary>
    internal Dictionary<string, HashSet<string>> Scraped { get; } = new(StringComparer.Ordinal);

    /// <summary>Series that our instruments make once they have measured something.</summary>
    internal HashSet<string> Ours { get; } = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        _listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == ServiceDefaults.Observability.Telemetry.Name)
            {
                _instruments.TryAdd(instrument.Name, instrument);
            }
        };
        _listener.Start();
        _app = await StartAsync();
        await UpscaleAsync();
        await ScrapeAsync();
        Ours.UnionWith(_instruments.Values.SelectMany(SeriesOf));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync().WithinLimit();
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Names as OpenTelemetry's exporter for Prometheus makes them.</summary>
    private static IEnumerable<string> SeriesOf(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", null or "" => "", var other when other.StartsWith('{') => "", var other => throw new NotSupportedException(other) };
        string name = instrument.Name.Replace('.', '_');
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        return kind == typeof(Histogram<>) ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? [$"{name}_total"] : [name];
    }

    private async Task<WebApplication> StartAsync()
    {
        string own = $"unix:{_folder.File("all.sock")}";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Listen:Grpc", own), new("Listen:Http1", "http://127.0.0.1:0"), new("Encoder:Address", own), new("Gateway:Decoders:0", own),
            new("Models:Path", Path.Combine(BuildOutput.Root, "models")), new("Torch:Threads", "1"),
        ]);
        builder.AddServiceDefaults(ServiceRoles.AllInOne);
        builder.Logging.ClearProviders();
        builder.AddEncoderHost();
        builder.AddDecoderHost();
        builder.AddGateway();
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapEncoderHost();
        app.MapDecoderHost();
        app.MapGateway();
        await app.StartAsync().WithinLimit();
        return app;
    }

    private async Task UpscaleAsync()
    {
        var client = new SuperResolutionService.SuperResolutionServiceClient(_app!.Services.GetRequiredService<ServiceChannels>().For($"unix:{_folder.File("all.sock")}"));
        await InTime.Until(async () => (await client.ListModelsAsync(new ListModelsRequest(), deadline: DateTime.UtcNow + InTime.Limit)).Models.Count > 0);
        var request = new UpscaleRequest { Image = ByteString.CopyFrom(await File.ReadAllBytesAsync(Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png"))) };
        using AsyncServerStreamingCall<UpscaleResponse> call = client.Upscale(request, deadline: DateTime.UtcNow + InTime.Limit);
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithinLimit())
        {
        }
    }

    private async Task ScrapeAsync()
    {
        using var http = new HttpClient { Timeout = InTime.Limit };
        string text = await http.GetStringAsync($"{_app!.Services.GetRequiredService<ListeningAddresses>().Http1}/metrics");
        foreach (Match line in Sample().Matches(text))
        {
            if (!Scraped.TryGetValue(line.Groups["name"].Value, out HashSet<string>? labels))
            {
                Scraped.Add(line.Groups["name"].Value, labels = new(StringComparer.Ordinal));
            }

            labels.UnionWith(Label().Matches(line.Groups["labels"].Value).Select(label => label.Groups[1].Value));
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? \S+""", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("""(\w+)="(?:[^"\\]|\\.)*"(?:,|$)""")]
    private static partial Regex Label();
}
