using System.Net.Sockets;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class ConnectionAgeTests
{
    private int _connections;

    [Fact]
    public async Task MaxConnectionAge_OldConnection_IsReplacedWhileItsCallFinishes()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxConnectionAge", "00:00:01"));
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        probe.Probe.OnEncode = async (_, stream, _) =>
        {
            started.SetResult();
            await release.Task;
            await stream.WriteAsync(new EncodeResponse { Resolution = 4 });
        };
        using GrpcChannel channel = Channel(probe);
        var client = new EncoderService.EncoderServiceClient(channel);
        using AsyncServerStreamingCall<EncodeResponse> running = client.Encode(new EncodeRequest(), ProbeApp.Options());
        await started.Task.WithinLimit();

        // None of the calls may fail while connections come and go.
        await InTime.Until(async () =>
        {
            await client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
            return Volatile.Read(ref _connections) >= 3;
        });

        release.SetResult();
        Assert.True(await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithinLimit());
        Assert.Equal(4u, running.ResponseStream.Current.Resolution);
        Assert.False(await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithinLimit());
    }

    [Fact]
    public async Task MaxConnectionAge_Zero_KeepsTheConnection()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        using GrpcChannel channel = Channel(probe);
        var client = new EncoderService.EncoderServiceClient(channel);
        for (int i = 0; i < 15; i++)
        {
            await client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, _connections);
    }

    private GrpcChannel Channel(ProbeApp probe)
    {
        var address = new Uri(probe.Addresses.Grpc!);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Interlocked.Increment(ref _connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(address.Host, address.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
