using Cvdvae.Scheduling.Metrics;
using Cvdvae.Scheduling.Running;
using Microsoft.Extensions.Logging;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;

namespace Cvdvae.Scheduling;

/// <summary>Shares one device between the requests of a stage: decides between steps what runs next, and admits no more than it can do. Any thread.</summary>
public sealed class StageScheduler : IAsyncDisposable
{
    private readonly StageClock _clock;
    private readonly StageWork _work;
    private readonly Inbox _inbox = new();
    private readonly SchedulerMetrics _metrics;
    private readonly StageLoop _loop;
    private readonly StageThread[] _lanes;

    /// <summary>Creates a scheduler and starts its threads, one for each lane.</summary>
    /// <param name="device">What runs the steps; only ever called on the scheduler's threads.</param>
    /// <param name="options">Limits and weights; must not change afterwards.</param>
    /// <param name="time">Clock of deadlines, ageing and measurements.</param>
    /// <param name="logger">Log of failures.</param>
    /// <param name="meters">Makes the meter; null: one of its own.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    public StageScheduler(
        IStageDevice device, StageSchedulerOptions options, TimeProvider time, ILogger<StageScheduler> logger, IMeterFactory? meters = null)
        : this(device, options, time, logger, meters, startThreads: true)
    {
    }

    /// <summary>Creates a scheduler that a test may run step by step.</summary>
    internal StageScheduler(
        IStageDevice device,
        StageSchedulerOptions options,
        TimeProvider time,
        ILogger<StageScheduler> logger,
        IMeterFactory? meters,
        bool startThreads)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_clock, _work) = (new StageClock(time), new StageWork(options));
        _metrics = new SchedulerMetrics(meters, _work, options.Stage);
        _loop = new StageLoop(device, options, _clock, _work, _inbox, _metrics, logger);
        _lanes = new StageThread[startThreads ? options.Lanes : 0];
        for (int lane = 0; lane < _lanes.Length; lane++)
        {
            _lanes[lane] = new StageThread(device, _loop, _inbox, _clock, logger, $"stage {options.Stage}", isFirst: lane == 0);
        }
    }

    /// <summary>Whether nothing is admitted any more.</summary>
    public bool Draining => _work.Draining;

    /// <summary>Work that the device has before it.</summary>
    public StageLoad Load => _work.Load;

    /// <summary>Admits a request or refuses it; never waits for the device. The observer of an admitted one is told of its steps and, once, of its end.</summary>
    /// <param name="request">The request, not admitted before.</param>
    /// <returns>Whether it was admitted; <see cref="Admission.RetryAfter"/> is <see cref="Timeout.InfiniteTimeSpan"/> where trying again is of no use: it has more rows than are ever admitted, or the scheduler is draining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="StageRequest.EndStep"/> is not within 1 to the number of steps.</exception>
    /// <exception cref="InvalidOperationException">It was admitted before.</exception>
    public Admission TryAdmit(StageRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.EndStep, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.EndStep, request.Plan.Steps.Count);
        long now = _clock.Now;
        var admission = _work.TryAdmit(request, plan => _inbox.Post(loop => loop.Running.Admit(request, plan, now)), out string? refusal);
        if (refusal is not null)
        {
            _metrics.Refused(refusal);
        }

        return admission;
    }

    /// <summary>Lets rows run steps below a limit. A limit never falls; rows that have ended are passed over.</summary>
    /// <param name="rows">Rows of admitted requests; the list must not change afterwards.</param>
    /// <param name="limit">One past the last step that they may run.</param>
    /// <exception cref="InvalidOperationException">A row's request has not been admitted.</exception>
    public void Raise(IReadOnlyList<StageRow> rows, int limit)
    {
        ThrowIfNotAdmitted(rows);
        long now = _clock.Now;
        _inbox.Post(loop => loop.Running.Raise(rows, limit, now));
    }

    /// <summary>Gives up rows: they won't run any more. Their request ends as <see cref="StageEndReason.Finished"/> when the others have finished. Rows that have ended are passed over.</summary>
    /// <param name="rows">Rows of admitted requests; the list must not change afterwards.</param>
    /// <exception cref="InvalidOperationException">A row's request has not been admitted.</exception>
    public void Drop(IReadOnlyList<StageRow> rows)
    {
        ThrowIfNotAdmitted(rows);
        _inbox.Post(loop => loop.Running.Drop(rows));
    }

    /// <summary>Tells the cost model of a step that was run elsewhere, as in a warm-up, so that the first requests are admitted by measured costs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="step">Index of the step in the plan.</param>
    /// <param name="rows">Rows in the batch, at least one.</param>
    /// <param name="deviceTime">Time of the batch.</param>
    public void Learn(StagePlan plan, int step, int rows, TimeSpan deviceTime)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, plan.Steps.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _inbox.Post(_ => _work.Learn(plan, step, rows, deviceTime.TotalSeconds));
    }

    /// <summary>Drops what was measured of a plan that is no longer used, once its requests have ended.</summary>
    /// <param name="plan">The plan.</param>
    public void Forget(StagePlan plan) => _work.Forget(plan);

    /// <summary>Admits nothing more and waits for the admitted requests to end.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the draining.</param>
    public Task DrainAsync(CancellationToken cancellationToken) => _work.Close().WaitAsync(cancellationToken);

    /// <summary>Stops after the running step; requests that have not ended end as <see cref="StageEndReason.Cancelled"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _ = _work.Close();
        await Task.WhenAll(_lanes.Select(lane => lane.StopAsync())).ConfigureAwait(false);
        _loop.Stop();
        _metrics.Dispose();
    }

    /// <summary>Looks at what has changed and runs at most one step: what a thread does over and over.</summary>
    /// <returns>Whether there was a step to run.</returns>
    internal bool RunOne() => _loop.RunOne();

    /// <summary>Chooses the next step: the first half of <see cref="RunOne"/>.</summary>
    /// <returns>The step; null: there is none.</returns>
    internal StageStep? Begin() => _loop.Begin();

    /// <summary>Takes note of a step that has run: the second half of <see cref="RunOne"/>.</summary>
    internal void End(StageStep step) => _loop.End(step);

    private static void ThrowIfNotAdmitted(IReadOnlyList<StageRow> rows)
    {
        foreach (var row in rows)
        {
            if (!row.Request.Admitted)
            {
                throw new InvalidOperationException($"Request {row.Request.Id} has not been admitted.");
            }
        }
    }
}
