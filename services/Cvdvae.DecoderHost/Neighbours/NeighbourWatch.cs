using Cvdvae.DecoderHost.Hosting;
using Cvdvae.DecoderHost.Models;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>Asks the encoder and the next stage at intervals what they have loaded: a model is offered only where all of them have the same content.</summary>
internal sealed partial class NeighbourWatch : BackgroundService
{
    private const string Encoder = "encoder";
    private const string NextStage = "next decoder stage";

    // Until a neighbour has answered once.
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(100);

    // A neighbour that answers later than that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly DecoderLinks _links;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<NeighbourWatch> _logger;
    private readonly Neighbour<GetEncoderStatusResponse> _encoder;
    private readonly Neighbour<GetDecoderStatusResponse> _next;
    private readonly Dictionary<string, RepeatedFault> _silent;

    public NeighbourWatch(DecoderLinks links, IOptions<DecoderOptions> options, TimeProvider time, ILogger<NeighbourWatch> logger)
    {
        (_links, _interval, _time, _logger) = (links, options.Value.NeighbourInterval, time, logger);
        TimeSpan retain = options.Value.NeighbourRetain + _interval + Patience;
        _encoder = new Neighbour<GetEncoderStatusResponse>(retain, time);
        _next = new Neighbour<GetDecoderStatusResponse>(retain, time);
        _silent = new(StringComparer.Ordinal) { [Encoder] = new RepeatedFault(time), [NextStage] = new RepeatedFault(time) };
    }

    /// <summary>The next stage as it was last; null: unknown, or there is none.</summary>
    public GetDecoderStatusResponse? Next => _next.Status;

    /// <summary>Whether the encoder and the later stages have a model, as far as its stage here needs them.</summary>
    public bool Have(LoadedDecoder model, ModelIdentity identity)
    {
        bool encoder = !model.Stage.IsFirst || (_encoder.Status?.Models.Contains(identity.ToPin()) ?? false);
        return encoder && (model.Stage.IsLast || InNext(identity) is not null);
    }

    /// <summary>A model as the next stage has it; null: it does not.</summary>
    public DecoderModel? InNext(ModelIdentity identity) => Next?.Models.FirstOrDefault(
        model => (model.Info.Name, model.Info.Version, model.Info.ContentHash) == (identity.Name, identity.Version, identity.ContentHash));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                bool all = await AskAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(all || _interval < FirstInterval ? _interval : FirstInterval, _time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancellation)
    {
        Task<bool> encoder = _links.NeedsEncoder
            ? AskAsync(Encoder, _encoder, deadline => _links.Encoder.GetEncoderStatusAsync(new GetEncoderStatusRequest(), deadline: deadline, cancellationToken: cancellation).ResponseAsync, cancellation)
            : Task.FromResult(true);
        Task<bool> next = _links.Next is { } stage
            ? AskAsync(NextStage, _next, deadline => stage.GetDecoderStatusAsync(new GetDecoderStatusRequest(), deadline: deadline, cancellationToken: cancellation).ResponseAsync, cancellation)
            : Task.FromResult(true);
        return (await Task.WhenAll(encoder, next).ConfigureAwait(false)).All(answered => answered);
    }

    private async Task<bool> AskAsync<T>(string who, Neighbour<T> neighbour, Func<DateTime, Task<T>> ask, CancellationToken cancellation)
        where T : class
    {
        try
        {
            // gRPC takes the deadline by the system's clock.
            neighbour.Note(await ask(DateTime.UtcNow + Patience).ConfigureAwait(false));
            if (_silent[who].Recovered())
            {
                Answers(who);
            }

            return true;
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            Tell(who, RpcErrors.Reason(error), _silent[who]);
            return neighbour.Status is not null;
        }
    }

    private void Tell(string who, string reason, RepeatedFault fault)
    {
        bool isFirst = !fault.Lasts;
        if (!fault.Failed(out int leftOut))
        {
            return;
        }

        if (isFirst)
        {
            Silent(who, reason);
        }
        else
        {
            StillSilent(who, fault.Duration.TotalSeconds, reason, leftOut);
        }
    }

    [LoggerMessage(410, LogLevel.Information, "the {Who} answers")]
    private partial void Answers(string who);

    [LoggerMessage(411, LogLevel.Warning, "the {Who} does not answer: {Error}")]
    private partial void Silent(string who, string error);

    [LoggerMessage(412, LogLevel.Warning, "the {Who} does not answer for {Seconds:0} s: {Error}; {LeftOut} more attempts had no line")]
    private partial void StillSilent(string who, double seconds, string error, int leftOut);
}
