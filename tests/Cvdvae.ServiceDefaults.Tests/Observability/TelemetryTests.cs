using System.Diagnostics.Metrics;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.TestUtils;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Observability;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_OfTheProduct_AreScraped()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        Meter meter = probe.App.Services.GetRequiredService<IMeterFactory>().Create(Telemetry.Name);
        meter.CreateCounter<long>("cvdvae.probe.things").Add(3);
        meter.CreateHistogram<double>("cvdvae.probe.duration", "s").Record(0.02);
        using var client = new HttpClient();

        string text = await client.GetStringAsync($"{probe.Addresses.Http1}/metrics", TestContext.Current.CancellationToken).WithinLimit();

        Assert.Matches("cvdvae_probe_things_total\\{[^}]*\\} 3", text);
        Assert.Matches("cvdvae_probe_duration_seconds_bucket\\{[^}]*le=\"0.025\"\\} 1", text);
        Assert.Matches("cvdvae_probe_duration_seconds_bucket\\{[^}]*le=\"0.01\"\\} 0", text);
    }

    [Fact]
    public async Task Reflection_ListServices_NamesThem()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(probe.Invoker).ServerReflectionInfo(ProbeApp.Options());

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithinLimit());

        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "cvdvae.v1.EncoderService");
        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "grpc.health.v1.Health");
    }
}
