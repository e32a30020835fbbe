using System.Buffers.Binary;
using System.Net.Sockets;
using Cvdvae.FakeService;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>Calls that begin while their server stops end, each of them.</summary>
public sealed class StoppingServerTests
{
    private const int Calls = 96;
    private const int Taken = 12;

    [Fact]
    public async Task Upscale_ServerThatTookNoneOfThem_EveryCallEnds()
    {
        int connections = 0;
        await using var server = new RawServer((stream, stop) =>
            Interlocked.Increment(ref connections) == 1 ? TakeNoneAsync(stream, stop) : RawServer.CloseAsync(stream, stop));
        using var client = new SuperResolutionClient(Options($"http://{server.Authority}"));

        SuperResolutionException[] errors = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => client.FailAsync(Inputs.Request())));

        Assert.All(errors, error => Assert.Equal(StatusCode.Unavailable, error.Status));
    }

    [Fact]
    public async Task Upscale_ServerThatStops_EveryCallEnds()
    {
        FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(Options(server.Address));
        var calls = new List<Task<SuperResolutionException?>>();
        Task stopped = Task.CompletedTask;
        for (int i = 0; i < Calls; i++)
        {
            calls.Add(EndAsync(client));
            stopped = i == Calls / 3 ? server.DisposeAsync().AsTask() : stopped;
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        SuperResolutionException?[] ends = await Task.WhenAll(calls);
        await stopped.WaitAsync(CallLimits.Limit, TestContext.Current.CancellationToken);

        Assert.All(ends, error => Assert.True(error is null or { Status: StatusCode.Unavailable }, $"{error?.Status}: {error}"));
        Assert.NotNull(ends[^1]);
    }

    private static async Task<SuperResolutionException?> EndAsync(SuperResolutionClient client)
    {
        try
        {
            await client.CollectAsync(Inputs.Request());
            return null;
        }
        catch (SuperResolutionException error)
        {
            return error;
        }
    }

    private static SuperResolutionClientOptions Options(string address) =>
        new() { Address = address, MaxAttempts = 2, RetryDelay = TimeSpan.FromMilliseconds(10) };

    /// <summary>Speaks HTTP/2 until some calls have begun, and then says that it took none of them.</summary>
    private static async Task TakeNoneAsync(NetworkStream stream, CancellationToken stop)
    {
        await stream.ReadExactlyAsync(new byte[24], stop);
        await stream.WriteAsync(Frame(4, 0), stop);
        byte[] head = new byte[9];
        for (int begun = 0; begun < Taken;)
        {
            await stream.ReadExactlyAsync(head, stop);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], stop);
            begun += head[3] == 1 ? 1 : 0;
            if (head[3] == 4 && (head[4] & 1) == 0)
            {
                await stream.WriteAsync(Frame(4, 1), stop);
            }
        }

        await stream.WriteAsync(GoAway(int.MaxValue), stop);
        await stream.WriteAsync(GoAway(0), stop);
    }

    private static byte[] Frame(byte kind, byte flags, params byte[] payload) => [0, 0, (byte)payload.Length, kind, flags, 0, 0, 0, 0, .. payload];

    private static byte[] GoAway(int lastStream)
    {
        byte[] payload = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
        return Frame(7, 0, payload);
    }
}
