using Cvdvae.DecoderHost.Frames;
using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.Scheduling;
using Cvdvae.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>
/// A request from its admission to its last message. Everything that it started ends with it: the steps on the device, the pulling of features, the
/// call to the next stage.
/// </summary>
internal sealed class StageCall : IAsyncDisposable
{
    // How long after the deadline the device may still end the request by itself, with its times.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);

    // How long a message may still take to be written when the call has failed.
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _caller;
    private readonly DecoderStage _stage;
    private NextStage? _next;
    private Task _sourcing = Task.CompletedTask;
    private Task<DecodeCompleted>? _relaying;

    /// <summary>Takes over a request that was admitted; see <see cref="StageAdmission"/>.</summary>
    public StageCall(DecoderStage stage, DecodeParameters parameters, LoadedDecoder model, StageRun run, FrameOutbox outbox, CancellationTokenSource stop, CancellationToken caller)
    {
        (_stage, Parameters, Model, Run, Outbox, _stop, _caller) = (stage, parameters, model, run, outbox, stop, caller);
        Limits = new RowLimits(stage.Scheduler, model, parameters, run.Request);
    }

    /// <summary>What was asked for.</summary>
    public DecodeParameters Parameters { get; }

    /// <summary>The model.</summary>
    public LoadedDecoder Model { get; }

    /// <summary>The request at this stage.</summary>
    public StageRun Run { get; }

    /// <summary>What is to be sent.</summary>
    public FrameOutbox Outbox { get; }

    /// <summary>How far its rows may run.</summary>
    public RowLimits Limits { get; }

    /// <summary>The next stage, where the request goes on there.</summary>
    public NextStage? Next => _next;

    // A request that has no frame at all may take longer than its time.
    private bool AwaitsFirstFrame => Run.Request.FirstSteps > 0 && !Run.HasFrames;

    /// <summary>Ends with the call.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Runs the request to its end, and sends what there is to send.</summary>
    /// <param name="source">Brings what the rows need, and ends when all of it is there.</param>
    /// <param name="write">Sends a message.</param>
    /// <exception cref="Exception">What went wrong, here or elsewhere.</exception>
    public async Task RunAsync(Func<StageCall, Task> source, Func<IMessage, CancellationToken, Task> write)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(_caller);
        Task writing = Outbox.SendAsync(write, abort.Token);
        try
        {
            await DecodeAsync(source).ConfigureAwait(false);
        }
        catch
        {
            // Cancelling a write resets the stream, and the caller would not see what went wrong; but one who does not read can't be waited for.
            Outbox.Discard();
            abort.CancelAfter(LastWrite);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        // However slowly the caller reads, nothing is held up for it.
        await _stop.CancelAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(false);
        _stage.Metrics.PreviewsDropped(Outbox.Dropped);
    }

    private async Task DecodeAsync(Func<StageCall, Task> source)
    {
        try
        {
            if (Model.Stage.HandsOver(Parameters.LastResolution))
            {
                await OpenNextAsync().ConfigureAwait(false);
            }

            Outbox.Add(new DecodeResponse { Accepted = new DecodeAccepted { Load = Load() } });
            _sourcing = source(this);
            Outbox.Add(new DecodeResponse { Completed = await CompleteAsync().ConfigureAwait(false) });
        }
        finally
        {
            Outbox.Close();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Outbox.Close();
        if (_next is not null)
        {
            await _next.DisposeAsync().ConfigureAwait(false);
        }

        // Their errors were seen, or came of this end.
        await _sourcing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_relaying is not null)
        {
            await ((Task)_relaying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private async Task OpenNextAsync()
    {
        DecodeRequest request = Parameters.Request.Clone();
        request.Image = null;
        request.RequestId = Parameters.RequestId;
        request.Precision = _stage.Precision;
        request.TimeBudget = Remaining(Parameters.Deadline) is { } remaining ? Duration.FromTimeSpan(remaining) : null;
        request.FirstFrameTimeBudget = null;
        _next = await NextStage.OpenAsync(_stage.Links.Next!, _stage.Links.NextAddress, request, Stopped).ConfigureAwait(false);
        Run.OnHandOver = (position, features) =>
        {
            _stage.Metrics.HandedOver(features.Data.Length);
            _next.Send(Run.Samples[position].Index, features);
        };
        _relaying = _next.RelayAsync(Limits.Credited, Relay, Stopped);
    }

    private void Relay(DecodeResponse passed)
    {
        if (passed.EventCase == DecodeResponse.EventOneofCase.Frame)
        {
            Run.Relay(passed.Frame);
        }
        else
        {
            Outbox.Add(passed);
        }
    }

    private async Task<DecodeCompleted> CompleteAsync()
    {
        bool first = false;
        Task deadline = UntilAsync(Parameters.Deadline);
        Task<StageEnd> here = Run.Completion;
        var pending = new List<Task> { _sourcing, here, deadline };
        if (_relaying is not null)
        {
            pending.Add(_relaying);
        }

        StageEnd? end = null;
        while (true)
        {
            Task done = await Task.WhenAny(pending).ConfigureAwait(false);
            pending.Remove(done);
            await done.ConfigureAwait(false);
            if (done == deadline && !first && AwaitsFirstFrame)
            {
                first = true;
                pending.Add(deadline = UntilAsync(Parameters.FirstDeadline));
                continue;
            }

            if (done == deadline)
            {
                return await EndAtDeadlineAsync(end).ConfigureAwait(false);
            }

            if (done == _relaying)
            {
                // The next stage is never done before this one, unless it is out of time.
                DecodeCompleted later = await _relaying.ConfigureAwait(false);
                if (AwaitsFirstFrame)
                {
                    continue;
                }

                return Completed(end, later.Reason == CompletionReason.Deadline, later);
            }

            if (done == here)
            {
                end = await here.ConfigureAwait(false);
                StageEnds.ThrowIfFailed(end, Stopped);
                if (end.Reason == StageEndReason.Deadline)
                {
                    return await EndAtDeadlineAsync(end).ConfigureAwait(false);
                }

                if (_next is null || !Run.Samples.Any(sample => sample.HandedOver))
                {
                    return Completed(end, Run.Samples.Any(sample => sample.Dropped), null);
                }
            }

            if (_next is not null && end is not null && _sourcing.IsCompletedSuccessfully)
            {
                // The feature maps of the later stages, which come through here too, may still have been on their way.
                _next.SendDropped(NotHandedOver());
                _next.CompleteSending();
            }
        }
    }

    private async Task<DecodeCompleted> EndAtDeadlineAsync(StageEnd? end)
    {
        DecodeCompleted? later = null;
        if (_next is not null && _relaying is not null)
        {
            // What the later stages have finished arrives with their own end, at the same time as this one.
            _next.SendDropped(NotHandedOver());
            _next.CompleteSending();
            await Task.WhenAny(_relaying, Task.Delay(_stage.LaterStagesGrace, _stage.Time, Stopped)).ConfigureAwait(false);
            later = _relaying.IsCompletedSuccessfully ? await _relaying.ConfigureAwait(false) : null;
            Stopped.ThrowIfCancellationRequested();
        }

        return Completed(end, true, later);
    }

    private IEnumerable<uint> NotHandedOver() => Run.Samples.Where(sample => !sample.HandedOver).Select(sample => sample.Index);

    private DecodeCompleted Completed(StageEnd? end, bool isDeadline, DecodeCompleted? later) =>
        StageEnds.Completed(Run, Parameters, end, isDeadline, later, DecoderLoads.ToWire(_stage.Scheduler.Load));

    private DecoderLoad Load() => DecoderLoads.Busier(DecoderLoads.ToWire(_stage.Scheduler.Load), _next?.Load);

    private Task UntilAsync(long? deadline) =>
        Remaining(deadline) is { } remaining ? Task.Delay(remaining + Grace, _stage.Time, Stopped) : Task.Delay(Timeout.Infinite, Stopped);

    private TimeSpan? Remaining(long? deadline)
    {
        if (deadline is not long timestamp)
        {
            return null;
        }

        TimeSpan remaining = _stage.Time.GetElapsedTime(_stage.Time.GetTimestamp(), timestamp);
        return remaining < TimeSpan.Zero ? TimeSpan.Zero : remaining;
    }
}
