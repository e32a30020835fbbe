using System.Diagnostics;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

public sealed class ShutdownTests
{
    [Fact]
    public async Task Stop_WhileACallRuns_LetsItFinishAndRefusesNewOnes()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        probe.Probe.OnStatus = async _ =>
        {
            started.SetResult();
            await release.Task;
            return new GetEncoderStatusResponse { Models = { new ModelPin { Name = "done" } } };
        };
        Task<GetEncoderStatusResponse> running = probe.StatusAsync();
        await started.Task.WithinLimit();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await probe.HealthAsync());

        Task stop = probe.App.StopAsync(TestContext.Current.CancellationToken);
        await InTime.Until(async () => await probe.HealthAsync() == HealthCheckResponse.Types.ServingStatus.NotServing);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync());
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("stopping", refused.Status.Detail, StringComparison.Ordinal);
        Assert.False(stop.IsCompleted);

        release.SetResult();
        Assert.Equal("done", (await running.WithinLimit()).Models[0].Name);
        await stop.WithinLimit();
    }

    [Fact]
    public async Task Stop_WithinTheDelay_StillTakesCallsThoughHealthSaysNo()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Shutdown:Delay", "00:00:03"));
        var watch = Stopwatch.StartNew();
        Task stop = probe.App.StopAsync(TestContext.Current.CancellationToken);
        await InTime.Until(async () => await probe.HealthAsync() == HealthCheckResponse.Types.ServingStatus.NotServing);

        await probe.StatusAsync().WithinLimit();

        await stop.WithinLimit();
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync());
    }

    [Fact]
    public async Task Stop_CallThatGoesOn_IsAbortedAtTheLimit()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Shutdown:Timeout", "00:00:00.5"));
        var started = new TaskCompletionSource();
        probe.Probe.OnEncode = async (_, _, context) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using AsyncServerStreamingCall<EncodeResponse> call = probe.Client.Encode(new EncodeRequest(), ProbeApp.Options());
        Task<bool> next = call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        await started.Task.WithinLimit();

        var watch = Stopwatch.StartNew();
        await probe.App.StopAsync(TestContext.Current.CancellationToken).WithinLimit();

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<RpcException>(() => next.WithinLimit());
        Assert.Contains(probe.Logs.Lines, line => line.Text.StartsWith("aborted 1 calls", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_OpenHealthWatch_HearsItAndDoesNotHoldItUp()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> watch = probe.Health.Watch(new HealthCheckRequest(), ProbeApp.Options());
        var seen = new List<HealthCheckResponse.Types.ServingStatus>();
        Task reading = Task.Run(
            async () =>
            {
                try
                {
                    while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
                    {
                        seen.Add(watch.ResponseStream.Current.Status);
                    }
                }
                catch (RpcException)
                {
                    // The connection's end.
                }
            },
            TestContext.Current.CancellationToken);
        await InTime.Until(() => seen.Contains(HealthCheckResponse.Types.ServingStatus.Serving));

        var elapsed = Stopwatch.StartNew();
        await probe.App.StopAsync(TestContext.Current.CancellationToken).WithinLimit();
        await reading.WithinLimit();

        Assert.True(elapsed.Elapsed < TimeSpan.FromSeconds(20), $"took {elapsed.Elapsed}");
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, seen[^1]);
    }
}
