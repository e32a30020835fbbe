using Cvdvae.Gateway.Routing;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>A gateway on loopback ports, in this process, in front of fake decoders.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private TestGateway(WebApplication app, LogCollector logs)
    {
        (_app, Logs) = (app, logs);
        var addresses = app.Services.GetRequiredService<ListeningAddresses>();
        (Address, Http1) = (addresses.Grpc!, addresses.Http1!);
        _channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });
        Client = new SuperResolutionService.SuperResolutionServiceClient(_channel);
    }

    public string Address { get; }

    public string Http1 { get; }

    public SuperResolutionService.SuperResolutionServiceClient Client { get; }

    public LogCollector Logs { get; }

    public CallInvoker Invoker => _channel.CreateCallInvoker();

    public IServiceProvider Services => _app.Services;

    public DecoderPool Pool => Services.GetRequiredService<DecoderPool>();

    /// <summary>Starts it in front of decoders, and waits until it knows those that answer.</summary>
    public static Task<TestGateway> StartAsync(params FakeDecoder[] decoders) => StartWithAsync([], decoders);

    /// <summary>Starts it with options of the section <c>Gateway</c>.</summary>
    public static Task<TestGateway> StartWithAsync(Dictionary<string, string> options, params FakeDecoder[] decoders) =>
        StartWithAsync(options, [], decoders);

    /// <summary>Starts it with options of the sections <c>Gateway</c> and <c>Web</c>.</summary>
    public static Task<TestGateway> StartWithAsync(Dictionary<string, string> options, Dictionary<string, string> webOptions, params FakeDecoder[] decoders) =>
        StartWithSettingsAsync(
            options.Select(option => ($"Gateway:{option.Key}", option.Value)).Concat(webOptions.Select(option => ($"Web:{option.Key}", option.Value))), decoders);

    /// <summary>Starts it with options of any section.</summary>
    public static Task<TestGateway> StartWithSettingsAsync(IEnumerable<(string Key, string Value)> options, params FakeDecoder[] decoders) =>
        StartWithSettingsAsync(options, _ => { }, decoders);

    /// <summary>Starts it with options of any section, and services in place of its own.</summary>
    public static async Task<TestGateway> StartWithSettingsAsync(
        IEnumerable<(string Key, string Value)> options, Action<IServiceCollection> replace, params FakeDecoder[] decoders)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        Dictionary<string, string?> settings = new()
        {
            ["Listen:Grpc"] = "http://127.0.0.1:0",
            ["Listen:Http1"] = "http://127.0.0.1:0",
            ["Gateway:StatusInterval"] = "00:00:00.100",
        };
        foreach ((string key, string value) in options)
        {
            settings[key] = value;
        }

        for (int i = 0; i < decoders.Length; i++)
        {
            settings[$"Gateway:Decoders:{i}"] = decoders[i].Address;
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults(ServiceRoles.Gateway);
        builder.AddGateway();
        replace(builder.Services);
        var logs = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(logs);
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapGateway();
        await app.StartAsync().Soon();
        var gateway = new TestGateway(app, logs);
        foreach (FakeDecoder decoder in decoders.Where(decoder => decoder.AnswersStatus))
        {
            await gateway.UntilKnownAsync(decoder);
        }

        return gateway;
    }

    /// <summary>Waits until it has an answer of a decoder about its state, after losing it too.</summary>
    public Task UntilKnownAsync(FakeDecoder decoder) =>
        Waiting.Until(() => Pool.Replicas.Any(replica => replica.Address == decoder.Address && replica.Status is not null));

    /// <summary>A request that the test model takes.</summary>
    public static UpscaleRequest Request(uint samples = 1) => new() { Image = TestInput.Png(16), SampleCount = samples, Seed = 5 };

    /// <summary>Runs a call to its end.</summary>
    public async Task<List<UpscaleResponse>> UpscaleAsync(UpscaleRequest request, TimeSpan? deadline = null, Metadata? headers = null)
    {
        DateTime? due = deadline is null ? null : DateTime.UtcNow + deadline;
        using AsyncServerStreamingCall<UpscaleResponse> call = Client.Upscale(request, headers, due);
        List<UpscaleResponse> events = [];
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Soon())
        {
            events.Add(call.ResponseStream.Current);
        }

        return events;
    }

    /// <summary>Runs a call that must fail.</summary>
    public Task<RpcException> FailAsync(UpscaleRequest request, TimeSpan? deadline = null, Metadata? headers = null) =>
        Xunit.Assert.ThrowsAsync<RpcException>(() => UpscaleAsync(request, deadline, headers));

    /// <summary>Stops it as an operator does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token).WaitAsync(Waiting.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
    }
}
