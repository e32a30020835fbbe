using System.Runtime.CompilerServices;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace Cvdvae.Client;

/// <summary>Calls a super-resolution server. Safe for use by many threads; make one and keep it.</summary>
public sealed class SuperResolutionClient : IDisposable
{
    private static readonly TimeSpan LimitsWithin = TimeSpan.FromSeconds(5);

    private readonly SuperResolutionClientOptions _options;
    private readonly RetryPolicy _policy;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;
    private readonly SuperResolutionService.SuperResolutionServiceClient _service;

    /// <summary>Makes a client of the server at an address; it connects at the first call.</summary>
    /// <param name="address">See <see cref="SuperResolutionClientOptions.Address"/>.</param>
    /// <exception cref="OptionsValidationException">The address can't be one.</exception>
    public SuperResolutionClient(string address)
        : this(new SuperResolutionClientOptions { Address = address })
    {
    }

    /// <summary>Makes a client; it connects at the first call.</summary>
    /// <param name="options">Where the server is and how to call it; not to be changed afterwards.</param>
    /// <param name="time">Clock of deadlines and waits; the system's by default.</param>
    /// <exception cref="OptionsValidationException">An option is outside its range; the message names it.</exception>
    public SuperResolutionClient(SuperResolutionClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] errors = [.. OptionsCheck.Errors(options)];
        if (errors.Length > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SuperResolutionClientOptions), errors);
        }

        _options = options;
        _policy = new RetryPolicy(options, Random.Shared.NextDouble);
        _time = time ?? TimeProvider.System;
        _channel = ServerChannel.Create(options);
        _service = new SuperResolutionService.SuperResolutionServiceClient(_channel);
    }

    /// <summary>Draws samples of a low-resolution image in a file.</summary>
    /// <param name="path">The image's file: PNG, JPEG or WebP.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="settings">What this call does differently.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <exception cref="ArgumentException">An option can't be sent, or a setting used; the message names it.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async IAsyncEnumerable<UpscaleEvent> UpscaleAsync(
        string path,
        UpscaleOptions? options = null,
        CallSettings? settings = null,
        [EnumeratorCancellation] CancellationToken stop = default)
    {
        byte[] image = await File.ReadAllBytesAsync(path, stop).ConfigureAwait(false);
        await foreach (UpscaleEvent item in UpscaleAsync(image.AsMemory(), options, settings, stop).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>Draws samples of a low-resolution image that a stream holds, from where it stands to its end.</summary>
    /// <param name="image">The image: PNG, JPEG or WebP. It is left open.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="settings">What this call does differently.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <exception cref="ArgumentException">An option can't be sent, or a setting used; the message names it.</exception>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async IAsyncEnumerable<UpscaleEvent> UpscaleAsync(
        Stream image,
        UpscaleOptions? options = null,
        CallSettings? settings = null,
        [EnumeratorCancellation] CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var bytes = new MemoryStream();
        await image.CopyToAsync(bytes, stop).ConfigureAwait(false);
        await foreach (UpscaleEvent item in UpscaleAsync(bytes.ToArray().AsMemory(), options, settings, stop).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>Draws samples of a low-resolution image.</summary>
    /// <param name="image">The bytes of a PNG, JPEG or WebP file.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="settings">What this call does differently.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <exception cref="ArgumentException">An option can't be sent, or a setting used; the message names it.</exception>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public IAsyncEnumerable<UpscaleEvent> UpscaleAsync(
        ReadOnlyMemory<byte> image, UpscaleOptions? options = null, CallSettings? settings = null, CancellationToken stop = default) =>
        UpscaleAsync((options ?? new()).ToRequest(image), (settings ?? new()) with { Names = CallerNames.Of(options ?? new()) }, stop);

    /// <summary>
    /// Draws samples of a low-resolution image. Leaving the loop early cancels the call, and the server stops working for it. A call that
    /// fails before the server admitted it is tried again where that can help. Where the deadline passes after an image has come, the call
    /// ends well with the finest image of each sample; it fails only where nothing has come.
    /// </summary>
    /// <param name="request">The image and what to make of it, as a message of the protocol.</param>
    /// <param name="settings">What this call does differently.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <exception cref="ArgumentException">A setting can't be used; the message names it.</exception>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async IAsyncEnumerable<UpscaleEvent> UpscaleAsync(
        UpscaleRequest request, CallSettings? settings = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RetriedCall call = Begin(settings, stop, request.CalculateSize());
        using AsyncServerStreamingCall<UpscaleResponse> stream = await AdmitAsync(call, request, settings, stop).ConfigureAwait(false);
        if (EventReader.Read(stream.ResponseStream.Current) is not StartedEvent started)
        {
            throw CallFailure.Protocol(_options.Address, "the server's first event is not Started", settings?.RequestId);
        }

        yield return started;
        var finest = new FinestImages(_time, call.Start);
        bool completed = false;

        // The end of the stream is read too: a call that is left before it counts as cancelled at the server.
        StreamStep step;
        while ((step = await MoveNextAsync(stream, call, finest.Any, stop).ConfigureAwait(false)) == StreamStep.Event && !completed)
        {
            if (EventReader.Read(stream.ResponseStream.Current) is { } next)
            {
                finest.Take(next);
                completed = next is CompletedEvent;
                yield return next;
            }
        }

        if (completed)
        {
            yield break;
        }

        if (step == StreamStep.End)
        {
            throw CallFailure.Protocol(_options.Address, "the server ended the call before it was completed", started.RequestId);
        }

        foreach (UpscaleEvent last in finest.End())
        {
            yield return last;
        }
    }

    /// <summary>Lists the models that are ready, and the limits of the server.</summary>
    /// <param name="settings">What this call does differently.</param>
    /// <param name="stop">Cancels the call.</param>
    /// <exception cref="ArgumentException">A setting can't be used; the message names it.</exception>
    /// <exception cref="SuperResolutionException">The call failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public Task<ListModelsResponse> ListModelsAsync(CallSettings? settings = null, CancellationToken stop = default) =>
        Begin(settings, stop).RunAsync(
            async options => await _service.ListModelsAsync(new ListModelsRequest(), options).ConfigureAwait(false));

    /// <summary>Closes the connections; running calls end.</summary>
    public void Dispose() => _channel.Dispose();

    private RetriedCall Begin(CallSettings? settings, CancellationToken stop, int? requestBytes = null) =>
        settings?.Deadline <= TimeSpan.Zero && settings.Deadline != Timeout.InfiniteTimeSpan
            ? throw new ArgumentException($"Deadline: {settings.Deadline} is not above 0")
            : new(_options, settings ?? new CallSettings(), _policy, _time, stop, requestBytes);

    private async Task<AsyncServerStreamingCall<UpscaleResponse>> AdmitAsync(
        RetriedCall call, UpscaleRequest request, CallSettings? settings, CancellationToken stop)
    {
        try
        {
            return await call.RunAsync(options => OpenAsync(request, options)).ConfigureAwait(false);
        }
        catch (MessageTooLargeException failure) when (
            failure is { Size: not null, Limit: null } && !TransportProblem.IsTooLargeForAProxy(failure))
        {
            throw await WithLimitAsync(failure, settings, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Where the server does not say what it takes, it is asked; where it does not answer that either, the failure stays as it is.
    /// </summary>
    private async Task<MessageTooLargeException> WithLimitAsync(
        MessageTooLargeException failure, CallSettings? settings, CancellationToken stop)
    {
        try
        {
            CallSettings asked = (settings ?? new()) with { Deadline = LimitsWithin };
            long limit = (await ListModelsAsync(asked, stop).ConfigureAwait(false)).Limits?.MaxMessageBytes ?? 0;
            if (limit == 0)
            {
                return failure;
            }

            string message = Excess.OfRequest(failure.Size!.Value, limit).Message;
            return new MessageTooLargeException(message, failure.InnerException!)
            {
                Status = failure.Status,
                Size = failure.Size,
                Limit = limit,
                RequestId = failure.RequestId,
                Attempts = failure.Attempts,
            };
        }
        catch (SuperResolutionException)
        {
            return failure;
        }
    }

    /// <summary>Begins a stream and waits for its first event: with it the server has admitted the call.</summary>
    private async Task<AsyncServerStreamingCall<UpscaleResponse>> OpenAsync(UpscaleRequest request, CallOptions options)
    {
        AsyncServerStreamingCall<UpscaleResponse> stream = _service.Upscale(request, options);
        try
        {
            return await stream.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false)
                ? stream
                : throw CallFailure.Protocol(_options.Address, "the server ended the call without an event", null);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static async Task<StreamStep> MoveNextAsync(
        AsyncServerStreamingCall<UpscaleResponse> stream, RetriedCall call, bool hasImages, CancellationToken stop)
    {
        try
        {
            return await stream.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false) ? StreamStep.Event : StreamStep.End;
        }
        catch (RpcException error)
        {
            stop.ThrowIfCancellationRequested();
            SuperResolutionException failure = call.Failure(error, admitted: true);
            return failure.Status == StatusCode.DeadlineExceeded && hasImages ? StreamStep.Deadline : throw failure;
        }
    }
}
