using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>An encoder and the stages of a decoder on loopback, with the tiny reference model and the small one.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _temporary = new();
    private readonly LogCollector _logs = new();
    private readonly List<WebApplication> _apps = [];
    private readonly List<GrpcChannel> _channels = [];

    private readonly bool _unix;

    private TestCluster(bool unix) => _unix = unix;

    internal TestEncoder Encoder { get; } = new();

    internal GatedNoise Noise { get; } = new();

    internal JumpingTime Time { get; } = new();

    internal V1.DecoderService.DecoderServiceClient Client { get; private set; } = null!;

    /// <summary>Folder of the models.</summary>
    internal string Models => _temporary.File("models");

    /// <summary>Address of the first stage.</summary>
    internal string Address { get; private set; } = "";

    /// <summary>The stages, the first one first.</summary>
    internal IReadOnlyList<IServiceProvider> Stages => [.. _apps.Skip(1).Reverse().Select(app => app.Services)];

    /// <summary>Starts them.</summary>
    /// <param name="stages">Resolutions of the stages, the first one first.</param>
    /// <param name="settings">Settings of all stages, name=value.</param>
    /// <param name="unix">Unix sockets instead of TCP.</param>
    internal static async Task<TestCluster> StartAsync(string[] stages, string[]? settings = null, bool unix = false)
    {
        var cluster = new TestCluster(unix);
        try
        {
            await cluster.RunAsync(stages, settings ?? []);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A request for samples of a reference image.</summary>
    internal DecodeRequest Request(int image = 0, int samples = 1, ulong seed = 1, params uint[] previews) => new()
    {
        Model = Encoder.PinOf("tiny"),
        NoiseVersion = PhiloxNoise.Version,
        Scale = TinyModel.Scale,
        Image = Reference.Image(image),
        Samples = { Enumerable.Range(0, samples).Select(index => new SampleRequest { Index = (uint)index }) },
        Seed = seed,
        EncoderTemperature = 0.8f,
        PriorTemperature = 0.8f,
        PixelSampling = V1.PixelSampling.Sample,
        PreviewResolutions = { previews },
    };

    /// <summary>Decodes to the end.</summary>
    internal async Task<Decoding> DecodeAsync(DecodeRequest request)
    {
        using AsyncServerStreamingCall<DecodeResponse> call = Client.Decode(request, cancellationToken: TestContext.Current.CancellationToken);
        return await Decoding.ReadAsync(call).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>The error that a request ends in.</summary>
    internal Task<RpcException> RefusedAsync(DecodeRequest request) => Assert.ThrowsAsync<RpcException>(() => DecodeAsync(request));

    /// <summary>A client with a connection of its own.</summary>
    internal V1.DecoderService.DecoderServiceClient NewClient(string? address = null)
    {
        var channel = GrpcChannel.ForAddress(address ?? Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        _channels.Add(channel);
        return new V1.DecoderService.DecoderServiceClient(channel);
    }

    /// <summary>A stage's address.</summary>
    internal string AddressOf(int stage) => Stages[stage].GetRequiredService<ListeningAddresses>().Grpc!;

    /// <summary>Waits until a stage has nothing to do.</summary>
    internal async Task IdleAsync(int stage = 0)
    {
        StageScheduler scheduler = Stages[stage].GetRequiredService<StageScheduler>();
        await Eventually(() => scheduler.Load.Rows == 0);
    }

    /// <summary>Waits until something holds.</summary>
    internal static async Task Eventually(Func<bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "it did not come to hold");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Noise.Open();
        Encoder.ReleaseFineMaps();
        _channels.ForEach(channel => channel.Dispose());
        foreach (WebApplication app in Enumerable.Reverse(_apps))
        {
            await app.DisposeAsync();
        }

        // What a caller is told of an internal error is only that the log has it.
        foreach (LogLine line in _logs.Lines.Where(line => line.Level >= LogLevel.Error))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{line.Text}\n{line.Error}");
        }

        Encoder.Dispose();
        Noise.Dispose();
        _temporary.Dispose();
    }

    private async Task RunAsync(string[] stages, string[] settings)
    {
        TinyModel.CreateFolder(Path.Combine(Models, "tiny"));
        Encoder.Add(Path.Combine(Models, "tiny"));
        string address = await StartAsync(ServiceRoles.Encoder, [], builder => builder.Services.AddSingleton(Encoder), app => app.MapGrpcService<TestEncoder>());
        string encoder = address;
        string next = "";
        foreach (string stage in stages.Reverse())
        {
            string[] own = [$"Decoder:Stages={stage}", $"Decoder:Next={next}", $"Encoder:Address={encoder}", .. settings];
            next = await StartAsync(
                ServiceRoles.Decoder,
                own,
                builder =>
                {
                    builder.Services.AddSingleton<INoiseSource>(Noise);
                    builder.Services.AddSingleton<TimeProvider>(Time);
                    builder.AddDecoderHost();
                },
                app => app.MapDecoderHost());
        }

        Address = next;
        Client = new V1.DecoderService.DecoderServiceClient(_apps[0].Services.GetRequiredService<ServiceChannels>().For(Address));
        while ((await Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), deadline: DateTime.UtcNow + Patience)).Models.Count == 0)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<string> StartAsync(string role, string[] settings, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        string[] all =
        [
            $"Listen:Grpc={(_unix ? $"unix:{_temporary.File($"{_apps.Count}.sock")}" : "http://127.0.0.1:0")}", "Listen:Http1=", $"Models:Path={Models}", "Models:ScanInterval=00:00:00.05", "Torch:Threads=1",
            "Decoder:NeighbourInterval=00:00:00.05", "Decoder:NeighbourRetain=00:00:01", "Decoder:LaterStagesGrace=00:00:10", "Scheduler:MaxBacklog=01:00:00", .. settings,
        ];
        WebApplicationBuilder builder = WebApplication.CreateBuilder([.. all.Select(setting => $"--{setting}")]);
        builder.AddServiceDefaults(role);
        builder.Logging.ClearProviders().AddProvider(_logs);
        builder.Services.AddSingleton<CallsProbe>();
        builder.Services.AddGrpc(options => options.Interceptors.Add<CallsProbe>());
        add(builder);
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        _apps.Add(app);
        await app.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return app.Services.GetRequiredService<ListeningAddresses>().Grpc!;
    }
}
