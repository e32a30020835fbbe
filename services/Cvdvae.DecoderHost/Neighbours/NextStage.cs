using System.Threading.Channels;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>A request's call to the next stage.</summary>
internal sealed class NextStage : IAsyncDisposable
{
    private const string Who = "next decoder stage";
    private readonly AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> _call;
    private readonly Channel<ContinueRequest> _sending = Channel.CreateUnbounded<ContinueRequest>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _pieceBytes;
    private Task _sendLoop = Task.CompletedTask;

    private NextStage(AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call, int pieceBytes) => (_call, _pieceBytes) = (call, pieceBytes);

    /// <summary>The next stage's load with the request.</summary>
    public DecoderLoad Load { get; private set; } = new();

    /// <summary>Asks the next stage to take over a request later.</summary>
    /// <param name="client">The next stage.</param>
    /// <param name="address">Its address.</param>
    /// <param name="request">The request, without its image.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RpcException">It refused or failed.</exception>
    public static async Task<NextStage> OpenAsync(
        V1.DecoderService.DecoderServiceClient client, string address, DecodeRequest request, CancellationToken cancellation)
    {
        var headers = new Metadata { { RequestId.Header, request.RequestId } };
        var next = new NextStage(client.Continue(headers, cancellationToken: cancellation), TensorChunks.PieceBytes(address));
        try
        {
            next._sendLoop = next.SendAsync(cancellation);
            next.Send(new ContinueRequest { Request = request });
            ContinueResponse first = await next.ReceiveAsync(cancellation).ConfigureAwait(false) ?? throw Wrong("no answer");
            next.Load = first.Event?.Accepted?.Load ?? throw Wrong("another answer than DecodeAccepted");
            return next;
        }
        catch
        {
            await next.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a piece of a feature map.</summary>
    public void Send(EncodeResponse piece) => Send(new ContinueRequest { FeatureMap = piece });

    /// <summary>Sends the features of a sample.</summary>
    public void Send(uint sample, TensorContent features)
    {
        foreach (Tensor piece in TensorChunks.Split(features, _pieceBytes))
        {
            Send(new ContinueRequest { Features = new SampleFeatures { SampleIndex = sample, Features = piece } });
        }
    }

    /// <summary>Says that samples won't come.</summary>
    public void SendDropped(IEnumerable<uint> samples)
    {
        var dropped = new SamplesDropped { SampleIndices = { samples } };
        if (dropped.SampleIndices.Count > 0)
        {
            Send(new ContinueRequest { Dropped = dropped });
        }
    }

    /// <summary>Nothing more will be sent.</summary>
    public void CompleteSending() => _sending.Writer.TryComplete();

    /// <summary>Passes on what the next stage answers until it has ended.</summary>
    /// <param name="credit">Takes the numbers of samples that there is room for.</param>
    /// <param name="passOn">Takes groups and frames.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RpcException">The next stage failed.</exception>
    public async Task<DecodeCompleted> RelayAsync(Action<uint> credit, Action<DecodeResponse> passOn, CancellationToken cancellation)
    {
        while (await ReceiveAsync(cancellation).ConfigureAwait(false) is { } response)
        {
            switch (response)
            {
                case { PartCase: ContinueResponse.PartOneofCase.Credit }:
                    credit(response.Credit.Samples);
                    break;
                case { Event.EventCase: DecodeResponse.EventOneofCase.Completed }:
                    CompleteSending();
                    return await ReceiveAsync(cancellation).ConfigureAwait(false) is null
                        ? response.Event.Completed
                        : throw Wrong("more after DecodeCompleted");
                case { Event.EventCase: DecodeResponse.EventOneofCase.Frame or DecodeResponse.EventOneofCase.GroupDecoded }:
                    passOn(response.Event);
                    break;
                default:
                    throw Wrong($"an unexpected answer ({response.PartCase})");
            }
        }

        throw Wrong("no DecodeCompleted");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        CompleteSending();
        _call.Dispose();
        await _sendLoop.ConfigureAwait(false);
    }

    private static RpcException Wrong(string what) => RpcErrors.Unavailable($"{Who}: {what}");

    private void Send(ContinueRequest part) => _sending.Writer.TryWrite(part);

    private async Task<ContinueResponse?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            return await _call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false) ? _call.ResponseStream.Current : null;
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw RemoteErrors.PassOn(error, Who);
        }
    }

    /// <summary>Sends what is queued. That the call has ended meanwhile is told to the one who reads its answers.</summary>
    private async Task SendAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (ContinueRequest part in _sending.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                await _call.RequestStream.WriteAsync(part, cancellation).ConfigureAwait(false);
            }

            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            _sending.Writer.TryComplete();
        }
    }
}
