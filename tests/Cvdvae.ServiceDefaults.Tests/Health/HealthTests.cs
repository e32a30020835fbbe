using System.Net;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.TestUtils;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Cvdvae.ServiceDefaults.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_ReadinessComesAndGoes_FollowsAtOnce()
    {
        bool isReady = false;
        await using ProbeApp probe = await ProbeApp.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("probe", () => isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(), [HealthExtensions.Ready]);
            builder.Services.AddServingStatus("cvdvae.v1.EncoderService");
        });
        using var client = new HttpClient();

        async Task AssertAsync(ServingStatus status, HttpStatusCode http)
        {
            Assert.Equal(status, await probe.HealthAsync());
            Assert.Equal(status, await probe.HealthAsync("cvdvae.v1.EncoderService"));
            using HttpResponseMessage ready = await client.GetAsync($"{probe.Addresses.Http1}/healthz/ready", TestContext.Current.CancellationToken).WithinLimit();
            Assert.Equal(http, ready.StatusCode);
            using HttpResponseMessage live = await client.GetAsync($"{probe.Addresses.Http1}/healthz/live", TestContext.Current.CancellationToken).WithinLimit();
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            Assert.Equal(ServingStatus.Serving, await probe.HealthAsync(HealthExtensions.Live));
        }

        await AssertAsync(ServingStatus.NotServing, HttpStatusCode.ServiceUnavailable);
        isReady = true;
        await AssertAsync(ServingStatus.Serving, HttpStatusCode.OK);
        isReady = false;
        await AssertAsync(ServingStatus.NotServing, HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Readiness_Changes_AreLoggedOnce()
    {
        bool isReady = false;
        await using ProbeApp probe = await ProbeApp.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("probe", () => isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("warming up"), [HealthExtensions.Ready]));
        await InTime.Until(() => probe.Logs.Lines.Any(line => line.Text == "not ready: probe: warming up"));
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);

        isReady = true;
        await InTime.Until(() => probe.Logs.Lines.Any(line => line.Text == "ready"));

        Assert.Single(probe.Logs.Lines, line => line.Text.StartsWith("not ready", StringComparison.Ordinal));
        Assert.DoesNotContain(probe.Logs.Lines, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.HealthAsync("no.such.Service"));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }
}
