using System.Net;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Tests.Tls;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Health;

public sealed class HealthEndpointTests : IDisposable
{
    private readonly TlsFolder _folder = new();

    [Fact]
    public async Task Check_GrpcEndpointHasTls_IsAnsweredWithoutIt()
    {
        await using ProbeApp probe = await StartAsync();

        HealthCheckResponse answer = await new Grpc.Health.V1.Health.HealthClient(Channel(probe)).CheckAsync(new HealthCheckRequest(), ProbeApp.Options());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        Assert.StartsWith("http://127.0.0.1:", probe.Addresses.Health, StringComparison.Ordinal);
        Assert.Contains(probe.Logs.Lines, line => line.Text == $"listening health={probe.Addresses.Health}");
    }

    [Fact]
    public async Task Call_AnythingElse_IsNotThere()
    {
        await using ProbeApp probe = await StartAsync();
        bool reached = false;
        probe.Probe.OnStatus = _ =>
        {
            reached = true;
            return Task.FromResult(new GetEncoderStatusResponse());
        };

        RpcException call = await Assert.ThrowsAsync<RpcException>(
            async () => await new EncoderService.EncoderServiceClient(Channel(probe)).GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options()));
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> reflection =
            new ServerReflection.ServerReflectionClient(Channel(probe)).ServerReflectionInfo(ProbeApp.Options());
        RpcException asked = await Assert.ThrowsAsync<RpcException>(() => reflection.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.Unimplemented, StatusCode.Unimplemented), (call.StatusCode, asked.StatusCode));
        Assert.False(reached);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/healthz/live")]
    [InlineData("/")]
    [InlineData("/grpc.health.v1.HealthX/Check")]
    public async Task Get_AnythingElse_IsNotThere(string path)
    {
        await using ProbeApp probe = await StartAsync();
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage answer = await client.GetAsync(new Uri($"{probe.Addresses.Health}{path}"), TestContext.Current.CancellationToken).WithinLimit();

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Reflection_SwitchedOff_IsNotThere()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:Reflection", "false"));
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> reflection =
            new ServerReflection.ServerReflectionClient(probe.Invoker).ServerReflectionInfo(ProbeApp.Options());

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => reflection.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).WithinLimit();

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    public void Dispose() => _folder.Dispose();

    private static GrpcChannel Channel(ProbeApp probe) => probe.App.Services.GetRequiredService<ServiceChannels>().For(probe.Addresses.Health!);

    private Task<ProbeApp> StartAsync() => ProbeApp.StartAsync(null, [.. _folder.MutualServer(), ("Listen:Health", "http://127.0.0.1:0")]);
}
