using System.Collections.Concurrent;
using Cvdvae.DecoderHost.Device;
using Cvdvae.DecoderHost.Frames;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Decoding;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>
/// One request at this stage. On the device's side it takes what the steps give; on the call's side it says how far the samples are and how it
/// ended. Once it is sealed nothing more is sent.
/// </summary>
internal sealed class StageRun : IStageObserver, IDecodeSink
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<StageEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DecodeParameters _parameters;
    private readonly FrameOutbox _outbox;
    private readonly ResolutionSpans _spans;
    private readonly int[] _rowsDone;
    private readonly Dictionary<uint, SampleProgress> _byIndex;
    private readonly ConcurrentDictionary<int, TensorContent> _leaving = new();
    private TimeSpan _device;
    private bool _sealed;

    /// <summary>Prepares a request; nothing runs before the scheduler admits <see cref="Request"/>.</summary>
    /// <param name="model">Its model, which must stay loaded until <see cref="Ended"/>.</param>
    /// <param name="parameters">What was asked for.</param>
    /// <param name="outbox">Takes what is to be sent.</param>
    /// <param name="spans">Notes the resolutions in the trace.</param>
    /// <param name="pacing">When feature maps are taken.</param>
    /// <param name="cancelled">Cancels it.</param>
    public StageRun(LoadedDecoder model, DecodeParameters parameters, FrameOutbox outbox, ResolutionSpans spans, MapPacing pacing, CancellationToken cancelled)
    {
        (Model, _parameters, _outbox, _spans, Pacing) = (model, parameters, outbox, spans, pacing);
        Samples = [.. parameters.Request.Samples.Select(sample => new SampleProgress(sample))];
        _byIndex = Samples.ToDictionary(sample => sample.Index);
        _rowsDone = new int[model.Stage.StepCount];
        Context = new DecodeContext(model, parameters.Scale, Rows, parameters.Sampling, this);
        Request = new StageRequest(parameters.RequestId, model.Plan, [.. Enumerable.Range(0, Samples.Count)], this)
        {
            EndStep = model.Stage.EndStep(parameters.LastResolution),
            InitialLimit = 0,
            Priority = parameters.Request.Priority,
            Deadline = parameters.Deadline,
            FirstSteps = parameters.FirstDeadline > parameters.Deadline ? model.Stage.EndStep(model.Prior.Resolutions[0]) : 0,
            FirstDeadline = parameters.FirstDeadline,
            Cancelled = cancelled,
            DeviceContext = Context,
        };
    }

    /// <summary>The model.</summary>
    public LoadedDecoder Model { get; }

    /// <summary>What the scheduler gets.</summary>
    public StageRequest Request { get; }

    /// <summary>Where tensors that arrive are left for the device.</summary>
    public DecodeContext Context { get; }

    /// <summary>When feature maps are taken.</summary>
    public MapPacing Pacing { get; }

    /// <summary>The samples, in the order of the request; their positions are those of the rows.</summary>
    public IReadOnlyList<SampleProgress> Samples { get; }

    /// <summary>Completes when no row will run again at this stage.</summary>
    public Task<StageEnd> Completion => _ended.Task;

    /// <summary>Takes the features of samples that go on in the next stage; set before anything runs where there is one.</summary>
    public Action<int, TensorContent>? OnHandOver { get; set; }

    /// <summary>Is told of rows that have run their last step here, on a thread of the device.</summary>
    public Action<int>? OnRowsDone { get; set; }

    /// <summary>Is told of the end before anybody who waits for it, on a thread of the device.</summary>
    public Action? OnEnded { get; set; }

    /// <summary>Whether a sample has reached a resolution.</summary>
    public bool HasFrames
    {
        get
        {
            lock (_gate)
            {
                return Samples.Any(sample => sample.Finest is not null);
            }
        }
    }

    /// <summary>Time of the batches that rows of the request were in.</summary>
    public TimeSpan DeviceTime
    {
        get
        {
            lock (_gate)
            {
                return _device;
            }
        }
    }

    /// <inheritdoc/>
    public bool WantsPreview(int resolution) =>
        resolution <= _parameters.LastResolution && (_parameters.Deadline is not null || _parameters.FrameResolutions.Contains(resolution));

    /// <inheritdoc/>
    public void Frame(int position, int resolution, TensorContent levels) => Note(
        Samples[position],
        new Frame { SampleIndex = Samples[position].Index, Resolution = (uint)resolution, Image = TensorChunks.Whole(levels) },
        _parameters.FrameResolutions.Contains(resolution));

    /// <summary>Passes on a frame of a later stage.</summary>
    /// <returns>Whether the sample is one of the request's.</returns>
    public bool Relay(Frame frame)
    {
        if (!_byIndex.TryGetValue(frame.SampleIndex, out SampleProgress? sample))
        {
            return false;
        }

        Note(sample, frame, true);
        return true;
    }

    /// <inheritdoc/>
    public void HandOver(int position, TensorContent features)
    {
        // Sent when the step has been told of, so that its events come before those of the next stage.
        _leaving[position] = features;
    }

    /// <inheritdoc/>
    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime)
    {
        bool isComplete;
        lock (_gate)
        {
            _device += deviceTime;
            _rowsDone[step] += rows.Count;
            isComplete = _rowsDone[step] >= Samples.Count(sample => !sample.Dropped);
        }

        Pacing.StepDone(step);
        GroupStep done = Model.Plan.Steps[step];
        _spans.StepDone(done.Resolution, deviceTime, isComplete && (step + 1 == Request.EndStep || Model.Plan.Steps[step + 1].Resolution != done.Resolution));
        if (isComplete && _parameters.Request.ReportGroups && done.Group < Model.Prior.Groups.Count)
        {
            _outbox.Add(new DecodeResponse { GroupDecoded = new GroupDecoded { Group = (uint)done.Group, Resolution = (uint)done.Resolution } });
        }

        if (step + 1 == Request.EndStep)
        {
            SendLeaving(rows);
            OnRowsDone?.Invoke(rows.Count);
        }
    }

    /// <inheritdoc/>
    public void Ended(StageEnd end)
    {
        Context.Dispose();
        OnEnded?.Invoke();
        _ended.TrySetResult(end);
    }

    /// <summary>Notes that samples won't come from the stage before.</summary>
    public void Drop(IEnumerable<SampleProgress> samples)
    {
        lock (_gate)
        {
            foreach (SampleProgress sample in samples)
            {
                sample.Dropped = true;
            }
        }
    }

    /// <summary>Ends the sending of frames; the finest of each sample is sent if it was not, unless the caller has one as fine.</summary>
    /// <returns>The coarsest of the resolutions that the samples reached; 0: one of them reached none.</returns>
    public uint Seal()
    {
        lock (_gate)
        {
            _sealed = true;
            foreach (SampleProgress sample in Samples)
            {
                if (sample.Finest is { } frame && frame.Resolution > Math.Max(sample.Queued, sample.Delivered))
                {
                    sample.Queued = frame.Resolution;
                    _outbox.Add(frame, isLast: true);
                }
            }

            return Samples.Where(sample => !sample.Dropped).Select(sample => sample.Finest?.Resolution ?? 0).DefaultIfEmpty().Min();
        }
    }

    private void SendLeaving(IReadOnlyList<StageRow> rows)
    {
        foreach (StageRow row in rows)
        {
            if (!_leaving.TryRemove(row.Sample, out TensorContent? features))
            {
                continue;
            }

            lock (_gate)
            {
                if (_sealed)
                {
                    continue;
                }

                Samples[row.Sample].HandedOver = true;
            }

            OnHandOver?.Invoke(row.Sample, features);
        }
    }

    private void Note(SampleProgress sample, Frame frame, bool isWanted)
    {
        bool isLast = frame.Resolution == _parameters.LastResolution;
        lock (_gate)
        {
            if (_sealed || frame.Resolution <= (sample.Finest?.Resolution ?? 0))
            {
                return;
            }

            sample.Finest = frame;
            if (isLast || (isWanted && frame.Resolution > sample.Delivered))
            {
                sample.Queued = frame.Resolution;
                _outbox.Add(frame, isLast);
            }
        }
    }

    private DecodeRow[] Rows(LowResFeatures image) =>
    [
        .. Samples.Select(sample => new DecodeRow(
            _parameters.Request.Seed, sample.Index, _parameters.EncoderTemperature, _parameters.PriorTemperature, image)),
    ];
}
