using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Cvdvae.Channels;
using Cvdvae.TestUtils;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class NameResolverTests
{
    private readonly ConcurrentQueue<ResolverResult> _results = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private volatile string[] _addresses = ["10.0.0.1"];

    [Fact]
    public async Task Start_AddressesChange_AreFollowedAtTheIntervalAskedFor()
    {
        using NameResolver resolver = Start("dns:///name.test:5000", TimeSpan.FromMilliseconds(600));
        await InTime.Until(() => Latest() is ["10.0.0.1:5000"]);

        _addresses = ["10.0.0.2", "fd00::3"];

        // The resolver of Grpc.Net.Client would say so after 15 s.
        long start = TimeProvider.System.GetTimestamp();
        await InTime.Until(() => Latest() is ["10.0.0.2:5000", "[fd00::3]:5000"]);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(14));
        Assert.All(_asked, name => Assert.Equal("name.test", name));
    }

    [Fact]
    public async Task Start_NoPort_IsTheDefaultOne()
    {
        using NameResolver resolver = Start("dns:///name.test", TimeSpan.FromHours(1));

        await InTime.Until(() => Latest() is ["10.0.0.1:80"]);
    }

    [Fact]
    public async Task Start_NameUnknownAtFirst_IsAskedForAgain()
    {
        _addresses = [];
        using NameResolver resolver = Start("dns:///name.test:5000", TimeSpan.FromHours(1));
        await InTime.Until(() => !_results.IsEmpty);
        Assert.Equal(StatusCode.Unavailable, _results.First().Status.StatusCode);
        Assert.Contains("name.test", _results.First().Status.Detail, StringComparison.Ordinal);

        _addresses = ["10.0.0.9"];

        await InTime.Until(() => Latest() is ["10.0.0.9:5000"]);
    }

    [Fact]
    public async Task Refresh_ManyAtOnce_AskSeldom()
    {
        using NameResolver resolver = Start("dns:///name.test:5000", TimeSpan.FromHours(1));
        await InTime.Until(() => !_results.IsEmpty);
        long start = TimeProvider.System.GetTimestamp();
        for (int asked = 0; asked < 100; asked++)
        {
            resolver.Refresh();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await InTime.Until(() => _asked.Count > 1);
        Assert.InRange(_asked.Count, 2, 2 + (TimeProvider.System.GetElapsedTime(start) / TimeSpan.FromSeconds(0.5)));
    }

    private NameResolver Start(string address, TimeSpan refresh)
    {
        var resolver = new NameResolver(new Uri(address), 80, refresh, LookupAsync, NullLoggerFactory.Instance);
        resolver.Start(_results.Enqueue);
        resolver.Refresh(); // as a channel does when it is first used
        return resolver;
    }

    private Task<IPAddress[]> LookupAsync(string name, CancellationToken stop)
    {
        _asked.Enqueue(name);
        return _addresses.Length > 0 ? Task.FromResult<IPAddress[]>([.. _addresses.Select(IPAddress.Parse)]) : throw new SocketException((int)SocketError.HostNotFound);
    }

    private string[]? Latest() => _results.LastOrDefault()?.Addresses?.Select(address => address.EndPoint.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.EndPoint.Host}]:{address.EndPoint.Port}" : $"{address.EndPoint.Host}:{address.EndPoint.Port}").ToArray();
}
