using Cvdvae.EncoderHost.Batching;
using Cvdvae.ModelHosting.Runtime;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Cvdvae.EncoderHost.Tests;

/// <summary>The encoder role on a real server, with a folder of models of its own.</summary>
internal sealed class EncoderApp : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private EncoderApp(WebApplication app, TemporaryFolder folder, LogCollector logs) => (App, _folder, Logs) = (app, folder, logs);

    public WebApplication App { get; }

    public LogCollector Logs { get; }

    public EncodeQueue Queue => App.Services.GetRequiredService<EncodeQueue>();

    public V1.EncoderService.EncoderServiceClient Client => new(Invoker);

    private CallInvoker Invoker =>
        App.Services.GetRequiredService<ServiceChannels>().For(App.Services.GetRequiredService<ListeningAddresses>().Grpc!).CreateCallInvoker();

    public static CallOptions Options(CancellationTokenSource? caller = null) =>
        new(deadline: DateTime.UtcNow + InTime.Limit, cancellationToken: caller?.Token ?? TestContext.Current.CancellationToken);

    /// <summary>Starts with the tiny model loaded.</summary>
    public static async Task<EncoderApp> StartReadyAsync(bool unixSocket = false, params IEnumerable<(string Key, string Value)> settings)
    {
        EncoderApp app = await StartAsync(unixSocket, true, settings);
        await InTime.Until(async () => await app.HealthAsync() == ServingStatus.Serving);
        return app;
    }

    /// <summary>Starts.</summary>
    public static async Task<EncoderApp> StartAsync(bool unixSocket = false, bool withModel = false, params IEnumerable<(string Key, string Value)> settings)
    {
        var folder = new TemporaryFolder();
        if (withModel)
        {
            TinyModel.CreateFolder(folder.File("models/tiny"));
        }
        else
        {
            Directory.CreateDirectory(folder.File("models"));
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Listen:Grpc", unixSocket ? $"unix:{folder.File("encoder.sock")}" : "http://127.0.0.1:0"),
            new("Listen:Http1", ""),
            new("Models:Path", folder.File("models")),
            new("Models:ScanInterval", "00:00:00.1"),
            new($"{TorchOptions.Section}:Threads", "1"),

            // By gRPC's own lines, which services leave out, tests see when the server has noticed something.
            new("Logging:LogLevel:Grpc", "Information"),
            new("Logging:LogLevel:Grpc.Net.Client", "Information"),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.AddServiceDefaults(ServiceRoles.Encoder);
        builder.AddEncoderHost();
        var logs = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(logs);
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        app.MapEncoderHost();
        await app.StartAsync(TestContext.Current.CancellationToken).WithinLimit();
        return new EncoderApp(app, folder, logs);
    }

    public string ModelPath(string name) => _folder.File($"models/{name}");

    public async Task<ServingStatus> HealthAsync(string service = "cvdvae.v1.EncoderService") =>
        (await new Health.HealthClient(Invoker).CheckAsync(new HealthCheckRequest { Service = service }, Options())).Status;

    public async Task<ModelPin[]> PinsAsync() => [.. (await Client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), Options())).Models];

    public async Task<EncodeRequest> RequestAsync(int image = 0) => new()
    {
        RequestId = $"image-{image}",
        Model = (await PinsAsync())[0],
        Scale = TinyModel.Scale,
        Image = ReferenceMaps.Image(image),
    };

    /// <summary>The maps of a request, in the order of their arrival.</summary>
    public async Task<List<(int Resolution, TensorContent Map)>> EncodeAsync(EncodeRequest request, CancellationTokenSource? caller = null)
    {
        using AsyncServerStreamingCall<EncodeResponse> call = Client.Encode(request, Options(caller));
        var assembler = new TensorAssembler("feature_map", 1 << 24);
        var maps = new List<(int, TensorContent)>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WithinLimit())
        {
            EncodeResponse piece = call.ResponseStream.Current;
            if (assembler.Add(piece.FeatureMap) is { } map)
            {
                maps.Add(((int)piece.Resolution, map));
            }
        }

        Assert.False(assembler.IsPartial);
        return maps;
    }

    public async Task<RpcException> RefusedAsync(EncodeRequest request) => await Assert.ThrowsAsync<RpcException>(() => EncodeAsync(request));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync().AsTask().WithinLimit();
        _folder.Dispose();
    }
}
