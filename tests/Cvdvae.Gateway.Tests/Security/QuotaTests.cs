using System.Diagnostics.Metrics;
using Cvdvae.Gateway.Security;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class QuotaTests : IDisposable
{
    private readonly AuthFolder _folder = new();
    private readonly string _key = AuthFolder.NewKey();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    [InlineData(128, 4)]
    [InlineData(256, 16)]
    [InlineData(1024, 256)]
    public void SampleCost_Side_GrowsWithThePixels(uint side, int cost) => Assert.Equal(cost, CallerQuotas.SampleCost(side));

    [Fact]
    public async Task Upscale_OverTheCost_IsRefusedBeforeAnyWorkAndLetInAfterTheDelay()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync("\"costPerSecond\": 1, \"costBurst\": 4", decoder);
        await gateway.UpscaleAsync(TestGateway.Request(4), headers: AuthFolder.With(_key));

        // An image that can't be read: it would be refused as that if anybody looked at it.
        UpscaleRequest request = TestGateway.Request(4);
        request.Image = ByteString.CopyFromUtf8("no image");
        RpcException error = await gateway.FailAsync(request, headers: AuthFolder.With(_key));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Matches(
            @"^this caller's quota of cost has [0-3](\.\d)? left of 4: this call costs 4 \(4 samples of 64x64, 1 each\); 1 come back a second, enough for it in [0-4]\.\d s$", error.Status.Detail);
        TimeSpan delay = RpcErrors.RetryDelay(error)!.Value;
        Assert.InRange(delay, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(4));
        Assert.Single(decoder.Requests);
        await Task.Delay(delay, Stop);
        await gateway.UpscaleAsync(TestGateway.Request(4), headers: AuthFolder.With(_key));
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Unavailable)]
    public async Task Upscale_RefusedByTheDecoder_CostsNothing(StatusCode refusal)
    {
        int refused = 0;
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            if (Interlocked.Increment(ref refused) <= 3)
            {
                throw new RpcException(new Status(refusal, "no room"));
            }

            await decode.RunAsync();
        });
        await using TestGateway gateway = await StartAsync("\"costPerSecond\": 0.001, \"costBurst\": 4", decoder);
        while (refused < 3)
        {
            Assert.Equal(refusal, (await gateway.FailAsync(TestGateway.Request(4), headers: AuthFolder.With(_key))).StatusCode);
        }

        await gateway.UntilKnownAsync(decoder);
        await gateway.UpscaleAsync(TestGateway.Request(4), headers: AuthFolder.With(_key));

        Assert.Equal(StatusCode.ResourceExhausted, (await gateway.FailAsync(TestGateway.Request(), headers: AuthFolder.With(_key))).StatusCode);
    }

    [Fact]
    public async Task Upscale_OneCallerOverTheCost_OthersAreLetIn()
    {
        string other = AuthFolder.NewKey();
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        const string quota = "\"quota\": {\"costPerSecond\": 0.001, \"costBurst\": 1}";
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync(
            _folder.Keys(AuthFolder.Entry("a", _key, quota), AuthFolder.Entry("b", other, quota)), decoder);
        await gateway.UpscaleAsync(TestGateway.Request(), headers: AuthFolder.With(_key));

        Assert.Equal(StatusCode.ResourceExhausted, (await gateway.FailAsync(TestGateway.Request(), headers: AuthFolder.With(_key))).StatusCode);
        await gateway.UpscaleAsync(TestGateway.Request(), headers: AuthFolder.With(other));
    }

    [Fact]
    public async Task Upscale_MoreThanTheBurst_IsInvalidSinceItCouldNeverRun()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Status.Models[0].Info = TestModels.Info(outputSize: 256));
        await using TestGateway gateway = await StartAsync("\"costPerSecond\": 100, \"costBurst\": 40", decoder);
        UpscaleRequest request = TestGateway.Request(3);
        request.Image = TestInput.Png(64);

        RpcException error = await gateway.FailAsync(request, headers: AuthFolder.With(_key));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("sample_count: '3' is not accepted; accepted: at most 2 samples of 256x256 pixels", error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("this call costs 48 (3 samples of 256x256, 16 each) and at most 40 can be spent at once", error.Status.Detail, StringComparison.Ordinal);
        request.StopAtResolution = 64;
        await gateway.UpscaleAsync(request, headers: AuthFolder.With(_key));
    }

    [Fact]
    public async Task Upscale_ASampleIsMoreThanTheBurst_NamesTheResolution()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Status.Models[0].Info = TestModels.Info(outputSize: 256));
        await using TestGateway gateway = await StartAsync("\"costPerSecond\": 100, \"costBurst\": 15", decoder);
        UpscaleRequest request = TestGateway.Request();
        request.Image = TestInput.Png(64);

        RpcException error = await gateway.FailAsync(request, headers: AuthFolder.With(_key));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("stop_at_resolution", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_TooManyASecond_IsRefusedWithADelay()
    {
        await using TestGateway gateway = await StartAsync("\"requestsPerSecond\": 0.5, \"requestBurst\": 2");
        await ListAsync(gateway);
        await ListAsync(gateway);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Matches(@"^this caller's quota of 0\.5 calls a second is used up; the next one may come in [0-2]\.\d s$", error.Status.Detail);
        Assert.InRange(RpcErrors.RetryDelay(error)!.Value, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Call_TooManyAtOnce_IsRefusedUntilOneEnds()
    {
        var go = new TaskCompletionSource();
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await go.Task;
            await decode.RunAsync();
        });
        await using TestGateway gateway = await StartAsync("\"maxConcurrentCalls\": 1", decoder);
        using AsyncServerStreamingCall<UpscaleResponse> first = gateway.Client.Upscale(TestGateway.Request(), AuthFolder.With(_key), cancellationToken: Stop);
        Assert.True(await first.ResponseStream.MoveNext(Stop).Soon());

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.NotNull(RpcErrors.RetryDelay(error));
        go.SetResult();
        while (await first.ResponseStream.MoveNext(Stop).Soon())
        {
            // To its end.
        }

        await Waiting.Until(() => ListAsync(gateway).ContinueWith(task => task.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task Call_StrangersAllowed_CountByTheirAddress()
    {
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync([("Auth:Quota:RequestsPerSecond", "0.001"), ("Auth:Quota:RequestBurst", "1")]);
        await gateway.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: Stop).ResponseAsync.Soon();

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => gateway.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: Stop).ResponseAsync.Soon());

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains(gateway.Logs.Lines, line => line.Event == 330 && line.Text.Contains("peer:127.0.0.1", StringComparison.Ordinal));
    }

    /// <summary>Who watches must tell a caller over its quota from a service that is full.</summary>
    [Fact]
    public async Task Refusals_Always_AreCountedWithTheirReason()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = _ => throw new RpcException(new Status(StatusCode.ResourceExhausted, "full")));
        await using TestGateway gateway = await StartAsync("\"costPerSecond\": 0.001, \"costBurst\": 2, \"requestsPerSecond\": 0.001, \"requestBurst\": 3", decoder);
        using MetricCollector<long> calls = Collect(gateway, "cvdvae.gateway.calls.refused");
        using MetricCollector<long> callers = Collect(gateway, "cvdvae.gateway.callers.refused");

        await gateway.FailAsync(TestGateway.Request(), headers: AuthFolder.With(_key));
        await gateway.FailAsync(new UpscaleRequest(), headers: AuthFolder.With(_key));
        decoder.Script = decode => decode.RunAsync();
        await gateway.FailAsync(TestGateway.Request(3), headers: AuthFolder.With(_key));
        await gateway.FailAsync(TestGateway.Request(), headers: AuthFolder.With(_key));
        await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(["capacity", "request", "quota"], await ReasonsAsync(calls, 3));
        Assert.Equal(["quota", "credentials"], await ReasonsAsync(callers, 2));
    }

    [Fact]
    public async Task Call_QuotaOfAKeyRaised_CountsAtOnce()
    {
        await using TestGateway gateway = await StartAsync("\"requestsPerSecond\": 0.001, \"requestBurst\": 1");
        await ListAsync(gateway);
        await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway));

        _folder.WriteKeys(AuthFolder.Entry("a", _key, "\"quota\": {\"requestsPerSecond\": 0.001, \"requestBurst\": 2}"));

        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 130));
        await ListAsync(gateway);
    }

    public void Dispose() => _folder.Dispose();

    private static MetricCollector<long> Collect(TestGateway gateway, string instrument) =>
        new(gateway.Services.GetRequiredService<IMeterFactory>(), ServiceDefaults.Observability.Telemetry.Name, instrument);

    private static async Task<string[]> ReasonsAsync(MetricCollector<long> collector, int count)
    {
        await collector.WaitForMeasurementsAsync(count, TestContext.Current.CancellationToken).Soon();
        return [.. collector.GetMeasurementSnapshot().Select(measurement => (string)measurement.Tags["reason"]!)];
    }

    private Task<ListModelsResponse> ListAsync(TestGateway gateway) =>
        gateway.Client.ListModelsAsync(new ListModelsRequest(), AuthFolder.With(_key), cancellationToken: Stop).ResponseAsync.Soon();

    private Task<TestGateway> StartAsync(string quota, params FakeDecoder[] decoders) =>
        TestGateway.StartWithSettingsAsync(_folder.Keys(AuthFolder.Entry("a", _key, $"\"quota\": {{{quota}}}")), decoders);
}
