using System.Net;
using System.Net.Sockets;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class LimitTests
{
    [Fact]
    public async Task Connect_MoreThanAllowed_IsClosedAtOnceAndTheOthersGoOn()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxConnections", "1"));
        await probe.StatusAsync();

        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, new Uri(probe.Addresses.Grpc!).Port, TestContext.Current.CancellationToken).AsTask().WithinLimit();
        int read = await ReadAsync(second);

        Assert.Equal(0, read);
        await probe.StatusAsync();
    }

    [Fact]
    public async Task Connect_MoreThanAnAddressMayHave_IsClosedAtOnceAndTheOthersGoOn()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxConnectionsPerAddress", "1"));
        await probe.StatusAsync();

        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, new Uri(probe.Addresses.Grpc!).Port, TestContext.Current.CancellationToken).AsTask().WithinLimit();

        Assert.Equal(0, await ReadAsync(second));
        await probe.StatusAsync();
        Assert.Contains("too many connections are open", Assert.Single(probe.Logs.Lines, line => line.Event == 150).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxWatches")]
    [InlineData("MaxWatchesPerAddress")]
    public async Task Watch_MoreThanAllowed_IsRefusedAndOtherCallsGoOn(string option)
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ($"Listen:{option}", "3"));
        var watches = new List<AsyncServerStreamingCall<HealthCheckResponse>>();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                watches.Add(probe.Health.Watch(new HealthCheckRequest(), ProbeApp.Options()));
                Assert.True(await watches[i].ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithinLimit());
            }

            for (int i = 0; i < 20; i++)
            {
                using AsyncServerStreamingCall<HealthCheckResponse> more = probe.Health.Watch(new HealthCheckRequest(), ProbeApp.Options());
                RpcException error = await Assert.ThrowsAsync<RpcException>(() => more.ResponseStream.MoveNext(TestContext.Current.CancellationToken)).WithinLimit();
                Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
                Assert.Contains("too many watches of the health are open", error.Status.Detail, StringComparison.Ordinal);
            }

            await probe.StatusAsync();
            Assert.Single(probe.Logs.Lines, line => line.Event == 150);

            // One that ends makes room.
            watches[0].Dispose();
            await InTime.Until(async () =>
            {
                using AsyncServerStreamingCall<HealthCheckResponse> next = probe.Health.Watch(new HealthCheckRequest(), ProbeApp.Options());
                try
                {
                    return await next.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
                }
                catch (RpcException)
                {
                    return false;
                }
            });
        }
        finally
        {
            watches.ForEach(watch => watch.Dispose());
        }
    }

    [Theory]
    [InlineData("MaxCalls")]
    [InlineData("MaxCallsPerAddress")]
    public async Task Call_MoreThanAllowed_IsRefusedBeforeItIsRead(string option)
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ($"Listen:{option}", "1"));
        var go = new TaskCompletionSource<GetEncoderStatusResponse>();
        var entered = new TaskCompletionSource();
        probe.Probe.OnStatus = _ =>
        {
            entered.TrySetResult();
            return go.Task;
        };
        AsyncUnaryCall<GetEncoderStatusResponse> first = probe.Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
        await entered.Task.WithinLimit();

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => probe.StatusAsync()).WithinLimit();
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.NotNull(RpcErrors.RetryDelay(error));

        go.SetResult(new GetEncoderStatusResponse());
        await first.ResponseAsync.WithinLimit();
        await InTime.Until(async () =>
        {
            try
            {
                await probe.StatusAsync();
                return true;
            }
            catch (RpcException)
            {
                return false;
            }
        });
    }

    // What the server does first is to close the connection, with or without a reset; one that it accepts gets its settings.
    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WithinLimit();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
