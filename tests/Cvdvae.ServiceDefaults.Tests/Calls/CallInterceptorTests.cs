using System.Diagnostics;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

public sealed class CallInterceptorTests
{
    [Fact]
    public async Task Call_RequestIdInMetadata_IsTakenOver()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        string? seen = null;
        probe.Probe.OnStatus = context =>
        {
            seen = context.RequestId().Value;
            return Task.FromResult(new GetEncoderStatusResponse());
        };

        AsyncUnaryCall<GetEncoderStatusResponse> call =
            probe.Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options(new Metadata { { RequestId.Header, "order-66" } }));
        await call;

        Assert.Equal("order-66", seen);
        Assert.Equal("order-66", (await call.ResponseHeadersAsync).GetValue(RequestId.Header));
    }

    [Fact]
    public async Task Call_RequestIdInTheMessage_IsTakenOver()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        string? seen = null;
        probe.Probe.OnEncode = (_, _, context) =>
        {
            seen = context.RequestId().Value;
            return Task.CompletedTask;
        };

        using AsyncServerStreamingCall<EncodeResponse> call = probe.Client.Encode(new EncodeRequest { RequestId = "order-67" }, ProbeApp.Options());
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal("order-67", seen);
    }

    [Fact]
    public async Task Call_NoRequestId_GetsOne()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();

        AsyncUnaryCall<GetEncoderStatusResponse> call = probe.Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
        await call;

        Assert.True(RequestId.TryParse((await call.ResponseHeadersAsync).GetValue(RequestId.Header)!, out _));
    }

    [Fact]
    public async Task Call_WrongRequestId_IsInvalidArgument()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync(new Metadata { { RequestId.Header, "not an id" } }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("x-request-id: 'not an id'", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_UnexpectedError_IsInternalWithoutItsTextAndLoggedWithTheId()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        probe.Probe.OnStatus = _ => throw new InvalidOperationException("secret of the house");

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync(new Metadata { { RequestId.Header, "order-68" } }));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("order-68", error.Status.Detail, StringComparison.Ordinal);
        LogLine line = Assert.Single(probe.Logs.Lines, line => line.Level == LogLevel.Error);
        Assert.Equal("secret of the house", line.Error!.Message);
        Assert.Contains("request_id:order-68", line.Scopes);
    }

    [Fact]
    public async Task Call_StatusOfTheHandler_ComesWithItsDetails()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        probe.Probe.OnStatus = _ => throw RpcErrors.ResourceExhausted("full", TimeSpan.FromSeconds(1.5), new DecoderLoad { Samples = 7 });

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync());

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1.5), RpcErrors.RetryDelay(error));
        Assert.Equal(7u, RpcErrors.Detail<DecoderLoad>(error)!.Samples);
        Assert.Null(RpcErrors.Detail<BadRequest>(error));
        Assert.DoesNotContain(probe.Logs.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Call_CancelledByTheCaller_IsNoErrorOfTheService()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        probe.Probe.OnStatus = async context =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                ended.SetResult();
            }

            return new GetEncoderStatusResponse();
        };

        using AsyncUnaryCall<GetEncoderStatusResponse> call = probe.Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
        await started.Task.WithinLimit();
        call.Dispose();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        await ended.Task.WithinLimit();
        await probe.App.StopAsync(TestContext.Current.CancellationToken).WithinLimit();

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.DoesNotContain(probe.Logs.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Call_DeadlinePasses_IsDeadlineExceeded()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        probe.Probe.OnStatus = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new GetEncoderStatusResponse();
        };

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await probe.Client.GetEncoderStatusAsync(
            new GetEncoderStatusRequest(), new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(200), cancellationToken: TestContext.Current.CancellationToken)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Call_MessageOverTheLimit_IsResourceExhausted()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxMessageBytes", "2048"));
        var request = new EncodeRequest { RequestId = "x", Model = new ModelPin { Name = new string('n', 4096) } };

        using AsyncServerStreamingCall<EncodeResponse> call = probe.Client.Encode(request, ProbeApp.Options());
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Call_LargeMessageToHealth_IsResourceExhausted()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.HealthAsync(new string('n', 70_000)));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Call_ThroughAChannel_StaysInTheCallersTrace()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        ActivityTraceId? seen = null;
        string? tag = null;
        probe.Probe.OnStatus = context =>
        {
            (seen, tag) = (Activity.Current?.TraceId, Activity.Current?.GetTagItem("cvdvae.request_id") as string);
            return Task.FromResult(new GetEncoderStatusResponse());
        };

        using var activity = new Activity("caller");
        activity.SetIdFormat(ActivityIdFormat.W3C);
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        activity.Start();
        await probe.StatusAsync(new Metadata { { RequestId.Header, "order-69" } });

        Assert.Equal(activity.TraceId, seen);
        Assert.Equal("order-69", tag);
    }
}
