using System.Net;
using System.Net.Sockets;
using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.Gateway.Tests.Routing;

/// <summary>Decoders behind one name, on several loopback addresses.</summary>
public sealed class DiscoveryTests
{
    private static readonly IPAddress[] Hosts = [IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];

    private volatile IPAddress[]? _addresses = [];
    private int _lookups;

    [Fact]
    public async Task Upscale_NameHasTwoAddresses_CallsGoToBoth()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync(host: Hosts[0]);
        await using FakeDecoder second = await FakeDecoder.StartAsync(host: Hosts[1], port: Port(first));
        await using TestGateway gateway = await StartAsync(Port(first), Hosts[0], Hosts[1]);
        await Waiting.Until(() => Known(gateway) == 2);

        for (int i = 0; i < 4; i++)
        {
            await gateway.UpscaleAsync(TestGateway.Request());
        }

        Assert.Equal((2, 2), (first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task Follow_AddressIsAdded_GetsItsShare()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync(host: Hosts[0]);
        await using FakeDecoder added = await FakeDecoder.StartAsync(host: Hosts[1], port: Port(first));
        await using TestGateway gateway = await StartAsync(Port(first), Hosts[0]);
        await gateway.UpscaleAsync(TestGateway.Request());

        _addresses = [Hosts[0], Hosts[1]];
        await Waiting.Until(() => Known(gateway) == 2);
        await gateway.UpscaleAsync(TestGateway.Request());
        await gateway.UpscaleAsync(TestGateway.Request());

        Assert.Equal((2, 1), (first.Requests.Count, added.Requests.Count));
    }

    [Fact]
    public async Task Follow_AddressGoes_ItsCallFinishesAndNewOnesGoElsewhere()
    {
        var release = new TaskCompletionSource();
        await using FakeDecoder leaving = await FakeDecoder.StartAsync(host: Hosts[0], configure: fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await release.Task;
            await decode.FramesAsync(0, 64);
            await decode.CompleteAsync(CompletionReason.Finished, 64);
        });
        await using FakeDecoder staying = await FakeDecoder.StartAsync(host: Hosts[1], port: Port(leaving));
        await using TestGateway gateway = await StartAsync(Port(leaving), Hosts[0]);
        Task<List<UpscaleResponse>> running = gateway.UpscaleAsync(TestGateway.Request());
        await Waiting.Until(() => leaving.Requests.Count == 1);

        _addresses = [Hosts[1]];
        await Waiting.Until(() => gateway.Pool.Replicas is [{ Status: not null } only] && only.Address.Contains("127.0.0.2", StringComparison.Ordinal));
        await gateway.UpscaleAsync(TestGateway.Request());
        release.SetResult();

        Assert.Single((await running.Soon()).Results());
        Assert.Equal((1, 1), (leaving.Requests.Count, staying.Requests.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Follow_NameServiceFails_KeepsTheKnown(bool throws)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(host: Hosts[0]);
        await using TestGateway gateway = await StartAsync(Port(decoder), Hosts[0]);

        _addresses = throws ? null : [];
        int before = Volatile.Read(ref _lookups);
        await Waiting.Until(() => Volatile.Read(ref _lookups) >= before + 2);

        Assert.Single((await gateway.UpscaleAsync(TestGateway.Request())).Results());
    }

    [Fact]
    public async Task Start_NameHasNoAddressYet_IsAskedAgain()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(host: Hosts[2]);
        await using TestGateway gateway = await StartAsync(Port(decoder));
        Assert.Equal(StatusCode.Unavailable, (await gateway.FailAsync(TestGateway.Request())).StatusCode);

        _addresses = [Hosts[2], IPAddress.IPv6Loopback];
        await UntilKnown(gateway, 1);

        Assert.Single((await gateway.UpscaleAsync(TestGateway.Request())).Results());
        Assert.Single(gateway.Pool.Replicas);
    }

    private static int Port(FakeDecoder decoder) => new Uri(decoder.Address).Port;

    private static int Known(TestGateway gateway) => gateway.Pool.Replicas.Count(replica => replica.Status is not null);

    private async Task<TestGateway> StartAsync(int port, params IPAddress[] addresses)
    {
        _addresses = addresses;
        TestGateway gateway = await TestGateway.StartWithSettingsAsync(
            [("Gateway:Decoders:0", $"dns:///decoders:{port}"), ("Channels:ResolverRefresh", "00:00:01")],
            services => services.AddSingleton<NameLookup>(LookUp));
        await UntilKnown(gateway, addresses.Length);
        return gateway;
    }

    // A decoder's state is known a moment before its models can be asked for.
    private static Task UntilKnown(TestGateway gateway, int decoders) =>
        Waiting.Until(() => Known(gateway) == decoders && (decoders == 0 || gateway.Pool.Catalogue.Models.Count > 0));

    private Task<IPAddress[]> LookUp(string host, CancellationToken cancellationToken)
    {
        Assert.Equal("decoders", host);
        Interlocked.Increment(ref _lookups);
        return _addresses is { } addresses ? Task.FromResult(addresses) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain));
    }
}
