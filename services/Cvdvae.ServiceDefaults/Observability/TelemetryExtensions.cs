using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>Traces, metrics and logs.</summary>
internal static class TelemetryExtensions
{
    // The variable of the OpenTelemetry specification: the exporter reads the rest of them itself.
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Seconds, for histograms of durations: from a coarse group of a small model to a whole decode of a large one.
    private static readonly double[] DurationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60];

    // The framework writes several lines for every call, one for every failing check, its own for the addresses and a stack trace for every question that a neighbour
    // leaves without an answer: ours say the same in fewer.
    private static readonly KeyValuePair<string, string?>[] LevelDefaults =
    [
        new("Logging:LogLevel:Default", "Information"),
        new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
        new("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning"),
        new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks", "None"),
        new("Logging:LogLevel:Grpc", "Warning"),
        new("Logging:LogLevel:Grpc.Net.Client", "None"),
    ];

    public static void AddTelemetry(this IHostApplicationBuilder builder, string role)
    {
        bool exports = !string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]);
        AddLogs(builder, exports);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"cvdvae-{role}", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)))
            .WithTracing(traces =>
            {
                // Health probes and scrapes would drown everything else.
                traces.AddSource(Telemetry.Name)
                    .AddAspNetCoreInstrumentation(options => options.Filter = context => IsProduct(context.Request.Path))
                    .AddGrpcClientInstrumentation();
                if (exports)
                {
                    traces.AddOtlpExporter();
                }
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Telemetry.Name)
                    .AddAspNetCoreInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddView(View)
                    .AddPrometheusExporter();
                if (exports)
                {
                    metrics.AddOtlpExporter();
                }
            });
    }

    private static MetricStreamConfiguration? View(Instrument instrument) =>
        instrument.Meter.Name == Telemetry.Name && instrument.Unit == "s" && instrument is Histogram<double>
            ? new ExplicitBucketHistogramConfiguration { Boundaries = DurationBounds }
            : null;

    private static bool IsProduct(string? path) =>
        path?.StartsWith("/grpc.", StringComparison.Ordinal) != true && path?.StartsWith("/healthz/", StringComparison.Ordinal) != true && path != "/metrics";

    private static void AddLogs(IHostApplicationBuilder builder, bool exports)
    {
        // First among the sources, so that every other one can say otherwise.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LevelDefaults });
        IConfigurationSection section = builder.Configuration.GetSection(TelemetryOptions.Section);
        builder.Services.AddOptions<TelemetryOptions>().Bind(section);

        // A text that names no format is refused when all options are checked.
        bool isJson = Enum.TryParse(section[nameof(TelemetryOptions.LogFormat)], ignoreCase: true, out LogFormat format) && format == LogFormat.Json;
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (isJson)
        {
            builder.Logging.AddJsonConsole(options => Configure(options));
        }
        else
        {
            builder.Logging.AddConsoleFormatter<ShortConsoleFormatter, ConsoleFormatterOptions>();
            builder.Logging.AddConsole(options => options.FormatterName = ShortConsoleFormatter.FormatterName);
        }

        if (exports)
        {
            builder.Logging.AddOpenTelemetry(options => options.IncludeScopes = true);
        }
    }

    private static void Configure(ConsoleFormatterOptions options)
    {
        (options.IncludeScopes, options.UseUtcTimestamp) = (true, true);
        options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
    }
}
