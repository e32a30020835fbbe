using System.Collections.Concurrent;
using Cvdvae.DecoderHost.Device;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;

namespace Cvdvae.DecoderHost.Tests.Device;

/// <summary>Keeps what steps gave.</summary>
internal sealed class RecordingSink : IDecodeSink, IStageObserver
{
    public Func<int, bool> Wants { get; init; } = _ => true;

    public ConcurrentDictionary<(int Position, int Resolution), TensorContent> Frames { get; } = new();

    public ConcurrentDictionary<int, TensorContent> HandedOver { get; } = new();

    public bool WantsPreview(int resolution) => Wants(resolution);

    public void Frame(int position, int resolution, TensorContent levels)
    {
        if (!Frames.TryAdd((position, resolution), levels))
        {
            throw new InvalidOperationException($"A second frame of {position} at {resolution}.");
        }
    }

    public void HandOver(int position, TensorContent features)
    {
        if (!HandedOver.TryAdd(position, features))
        {
            throw new InvalidOperationException($"A second hand-over of {position}.");
        }
    }

    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime) => throw new NotSupportedException();

    public void Ended(StageEnd end) => throw new NotSupportedException();
}
