using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.Models;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>
/// Pulls the feature maps of a request from the encoder, coarsest first, so that decoding starts before the fine ones are there. Where an encoder is lost or
/// stopping, the maps that are missing are asked for again: another one behind the same name gives the same.
/// </summary>
/// <param name="encoder">The encoder.</param>
/// <param name="time">Clock.</param>
internal sealed class FeatureSource(V1.EncoderService.EncoderServiceClient encoder, TimeProvider time)
{
    private const int MostTries = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Pulls the maps.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">The request.</param>
    /// <param name="receiver">Takes them.</param>
    /// <param name="pacing">When.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RpcException">The encoder refused or failed.</exception>
    public async Task PullAsync(LoadedDecoder model, DecodeParameters parameters, MapReceiver receiver, MapPacing pacing, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await PullOnceAsync(model, parameters, receiver, pacing, cancellation).ConfigureAwait(false);
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable && tries < MostTries && receiver.TryRestart())
            {
                await Task.Delay(FirstPause * (1 << (tries - 1)), time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task PullOnceAsync(LoadedDecoder model, DecodeParameters parameters, MapReceiver receiver, MapPacing pacing, CancellationToken cancellation)
    {
        var request = new EncodeRequest
        {
            RequestId = parameters.RequestId,
            Model = parameters.Request.Model,
            Scale = parameters.Request.Scale,
            Image = parameters.Request.Image,
            FeatureType = model.FeatureType,
            Resolutions = { receiver.Resolutions.Select(resolution => (uint)resolution) },
        };
        var headers = new Metadata { { RequestId.Header, parameters.RequestId } };
        try
        {
            using AsyncServerStreamingCall<EncodeResponse> call = encoder.Encode(request, headers, cancellationToken: cancellation);
            while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
            {
                EncodeResponse piece = call.ResponseStream.Current;
                await pacing.TimeFor(piece.Resolution).WaitAsync(cancellation).ConfigureAwait(false);
                Take(receiver, piece);
            }
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw RemoteErrors.PassOn(error, "encoder");
        }

        if (!receiver.IsComplete)
        {
            throw new InvalidOperationException("The encoder ended before all feature maps had come.");
        }
    }

    private static void Take(MapReceiver receiver, EncodeResponse piece)
    {
        try
        {
            receiver.Add(piece);
        }
        catch (RpcException error)
        {
            // The encoder's fault, not the caller's.
            throw new InvalidOperationException($"The encoder sent something else than was asked for: {error.Status.Detail}", error);
        }
    }
}
