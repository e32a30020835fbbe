using System.Collections.Concurrent;
using System.Net;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>A decoder on a loopback port that does what a test wants.</summary>
internal sealed class FakeDecoder : IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>What it answers about itself.</summary>
    public GetDecoderStatusResponse Status { get; } = new()
    {
        FirstStage = true,
        Precision = "fp32",
        NoiseVersion = 3,
        Stages = "1-64",
        Load = new DecoderLoad { MaxBacklogSeconds = 30, MaxSamples = 256 },
        Models = { new DecoderModel { Info = TestModels.Info(), SecondsPerSample = 0.5 } },
    };

    /// <summary>What it does with a request.</summary>
    public Func<FakeDecode, Task> Script { get; set; } = decode => decode.RunAsync();

    /// <summary>Whether it answers when it's asked for its state.</summary>
    public bool AnswersStatus { get; set; } = true;

    /// <summary>Whether it keeps those who ask for its state waiting.</summary>
    public bool HoldsStatus { get; set; }

    /// <summary>The requests that came.</summary>
    public ConcurrentQueue<DecodeRequest> Requests { get; } = [];

    /// <summary>The request ids that came as metadata.</summary>
    public ConcurrentQueue<string?> RequestIds { get; } = [];

    /// <summary>Times that it was asked for its state.</summary>
    public int Polls { get; set; }

    /// <summary>Requests that were cancelled while they ran.</summary>
    public int Cancelled { get; set; }

    /// <summary>Its address.</summary>
    public string Address { get; private set; } = "";

    public static async Task<FakeDecoder> StartAsync(Action<FakeDecoder>? configure = null, int port = 0, IPAddress? host = null)
    {
        var decoder = new FakeDecoder();
        configure?.Invoke(decoder);
        await decoder.ListenAsync(host ?? IPAddress.Loopback, port).Soon();
        return decoder;
    }

    /// <summary>Dies: connections break, and nobody listens any more.</summary>
    public async Task KillAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app!.StopAsync(now.Token).Soon();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _app!.DisposeAsync();
    }

    private async Task ListenAsync(IPAddress host, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(host, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(options => options.MaxSendMessageSize = null);
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<Service>();
        await _app.StartAsync();
        Address = _app.Urls.Single();
    }

    private sealed class Service(FakeDecoder decoder) : DecoderService.DecoderServiceBase
    {
        public override async Task<GetDecoderStatusResponse> GetDecoderStatus(GetDecoderStatusRequest request, ServerCallContext context)
        {
            decoder.Polls++;
            if (decoder.HoldsStatus)
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            return decoder.AnswersStatus
                ? decoder.Status.Clone()
                : throw new RpcException(new Status(StatusCode.Unavailable, "starting"));
        }

        public override async Task Decode(DecodeRequest request, IServerStreamWriter<DecodeResponse> responseStream, ServerCallContext context)
        {
            decoder.Requests.Enqueue(request);
            decoder.RequestIds.Enqueue(context.RequestHeaders.GetValue("x-request-id"));
            var decode = new FakeDecode(decoder, request, responseStream, context);
            try
            {
                await decoder.Script(decode);
            }
            catch (Exception) when (context.CancellationToken.IsCancellationRequested)
            {
                decoder.Cancelled++;
                throw;
            }
        }
    }
}
