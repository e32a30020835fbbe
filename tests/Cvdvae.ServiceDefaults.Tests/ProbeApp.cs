using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests;

/// <summary>A process with the service defaults and the probe, on a real server at free ports.</summary>
internal sealed class ProbeApp : IAsyncDisposable
{
    private ProbeApp(WebApplication app, Probe probe, LogCollector logs) => (App, Probe, Logs) = (app, probe, logs);

    public WebApplication App { get; }

    public Probe Probe { get; }

    public LogCollector Logs { get; }

    public ListeningAddresses Addresses => App.Services.GetRequiredService<ListeningAddresses>();

    public CallInvoker Invoker => App.Services.GetRequiredService<ServiceChannels>().For(Addresses.Grpc!).CreateCallInvoker();

    public EncoderService.EncoderServiceClient Client => new(Invoker);

    public Grpc.Health.V1.Health.HealthClient Health => new(Invoker);

    public static CallOptions Options(Metadata? headers = null) =>
        new(headers, DateTime.UtcNow + InTime.Limit, TestContext.Current.CancellationToken);

    public static async Task<ProbeApp> StartAsync(Action<WebApplicationBuilder>? configure = null, params IEnumerable<(string Key, string Value)> settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Dictionary<string, string?> all = new() { ["Listen:Grpc"] = "http://127.0.0.1:0", ["Listen:Http1"] = "http://127.0.0.1:0" };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(all);
        builder.AddServiceDefaults(ServiceRoles.Encoder);
        var logs = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(logs);
        var probe = new Probe();
        builder.Services.AddSingleton(probe);
        builder.Services.AddLargeMessages<ProbeService>();
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<ProbeService>();
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken).WithinLimit();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new ProbeApp(app, probe, logs);
    }

    public async Task<GetEncoderStatusResponse> StatusAsync(Metadata? headers = null) =>
        await Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), Options(headers));

    public async Task<HealthCheckResponse.Types.ServingStatus> HealthAsync(string service = "") =>
        (await Health.CheckAsync(new HealthCheckRequest { Service = service }, Options())).Status;

    public async ValueTask DisposeAsync() => await App.DisposeAsync().AsTask().WithinLimit();
}
