using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests;

public sealed class ServiceTests
{
    [Fact]
    public async Task Health_ModelComesAndGoes_FollowsIt()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.AnswersStatus = false);
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await HealthAsync(gateway));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(gateway));

        decoder.AnswersStatus = true;
        await Waiting.Until(() => gateway.Pool.Catalogue.Models.Count > 0);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthAsync(gateway));
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(gateway));

        decoder.AnswersStatus = false;
        await Waiting.Until(() => gateway.Pool.Catalogue.Models.Count == 0);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await HealthAsync(gateway));
    }

    [Fact]
    public async Task Metrics_AfterACall_HaveWhatHappened()
    {
        var seen = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("cvdvae.gateway", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => seen.Add(instrument.Name));
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => seen.Add(instrument.Name));
        listener.Start();
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        await gateway.UpscaleAsync(TestGateway.Request());
        await gateway.FailAsync(new UpscaleRequest());

        await Waiting.Until(() => seen.Contains("cvdvae.gateway.calls.refused"));
        Assert.Superset(
            new HashSet<string>
            {
                "cvdvae.gateway.calls", "cvdvae.gateway.calls.running", "cvdvae.gateway.delivered", "cvdvae.gateway.first_preview.time",
                "cvdvae.gateway.resolution.time", "cvdvae.gateway.total.time",
            },
            seen.ToHashSet());
    }

    [Fact]
    public async Task Spans_OfACall_BelongToTheCallersTrace()
    {
        var spans = new ConcurrentBag<(string Name, string Trace)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cvdvae",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => spans.Add((activity.OperationName, activity.TraceId.ToHexString())),
        };
        ActivitySource.AddActivityListener(listener);
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;

        await gateway.UpscaleAsync(TestGateway.Request(2));

        string[] names = [.. spans.Where(span => span.Trace == caller.TraceId.ToHexString()).Select(span => span.Name).Order()];
        Assert.Equal(["decode", "encode result", "encode result", "read image"], names);
    }

    [Theory]
    [InlineData("MaxSamples", "0")]
    [InlineData("DeadlineMargin", "00:01:00")]
    [InlineData("MaxImageBytes", "2000000000")]
    [InlineData("Decoders:0", "nowhere")]
    [InlineData("StatusInterval", "00:00:00")]
    public async Task Start_OptionOutOfRange_NamesIt(string option, string value)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartWithAsync(new() { [option] = value }));

        Assert.Contains($"Gateway:{option.Split(':')[0]}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_CallsRun_TheyFinish()
    {
        var go = new TaskCompletionSource();
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await go.Task;
            await decode.FramesAsync(0, 64);
            await decode.CompleteAsync(CompletionReason.Finished, 64);
        });
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        using AsyncServerStreamingCall<UpscaleResponse> call = gateway.Client.Upscale(
            TestGateway.Request(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon());

        Task stopping = gateway.StopAsync();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        go.SetResult();

        UpscaleResponse? last = null;
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon())
        {
            last = call.ResponseStream.Current;
        }

        Assert.Equal(CompletionReason.Finished, last!.Completed.Reason);
        await stopping.Soon();
    }

    private static async Task<HealthCheckResponse.Types.ServingStatus> HealthAsync(TestGateway gateway)
    {
        var health = new Health.HealthClient(gateway.Invoker);
        HealthCheckResponse response = await health.CheckAsync(
            new HealthCheckRequest { Service = "cvdvae.v1.SuperResolutionService" }, cancellationToken: TestContext.Current.CancellationToken);
        return response.Status;
    }

    private static async Task<HttpStatusCode> ReadyAsync(TestGateway gateway)
    {
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.GetAsync(new Uri($"{gateway.Http1}/healthz/ready"), TestContext.Current.CancellationToken).Soon();
        return response.StatusCode;
    }
}
