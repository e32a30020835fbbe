using System.Diagnostics;
using Cvdvae.DecoderHost.Device;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Models;

/// <summary>Runs a loaded model once through all its steps for every scale, so that the first request finds it as fast as the later ones, and again to measure them.</summary>
internal sealed class DecoderWarmUp : IDecodeSink, IStageObserver
{
    private DecoderWarmUp()
    {
    }

    /// <summary>Warms up a model, on the calling thread.</summary>
    /// <param name="model">The model.</param>
    /// <param name="measured">Is told the time of each step for one row.</param>
    /// <param name="cancellation">The process is stopping.</param>
    public static void Run(LoadedDecoder model, Action<int, TimeSpan> measured, CancellationToken cancellation)
    {
        var device = new TorchStageDevice(new PhiloxNoise());
        foreach (int scale in model.Branches.Keys)
        {
            Decode(model, device, scale, (_, _) => { }, cancellation);
        }

        model.Costs.Reset();
        Decode(model, device, model.Branches.Keys.First(), measured, cancellation);
    }

    /// <inheritdoc/>
    public bool WantsPreview(int resolution) => true;

    /// <inheritdoc/>
    public void Frame(int position, int resolution, TensorContent levels)
    {
        // Nobody is to see it.
    }

    /// <inheritdoc/>
    public void HandOver(int position, TensorContent features)
    {
        // Nobody is to go on with it.
    }

    /// <inheritdoc/>
    public void StepDone(IReadOnlyList<StageRow> rows, int step, TimeSpan deviceTime)
    {
        // No scheduler calls it.
    }

    /// <inheritdoc/>
    public void Ended(StageEnd end)
    {
        // No scheduler calls it.
    }

    private static void Decode(LoadedDecoder model, TorchStageDevice device, int scale, Action<int, TimeSpan> measured, CancellationToken cancellation)
    {
        var nobody = new DecoderWarmUp();
        using var context = new DecodeContext(model, scale, image => [new DecodeRow(0, 0, 1, 1, image)], ModelSampling.Sample, nobody);
        var request = new StageRequest("warm-up", model.Plan, [0], nobody) { DeviceContext = context };
        foreach (LatentGroup group in NeededMaps.Groups(model, scale))
        {
            context.Add(Zeros(group));
        }

        if (!model.Stage.IsFirst)
        {
            context.Add(0, Zeros(model.Stage.GroupBefore));
        }

        try
        {
            for (int step = 0; step < model.Stage.StepCount; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                double share = device.Run(model.Plan, step, request.Rows, sharers: 1);
                measured(step, share * Stopwatch.GetElapsedTime(start));
            }
        }
        finally
        {
            device.Release(request.Rows);
        }
    }

    private static TensorContent Zeros(LatentGroup group)
    {
        uint[] shape = [1, (uint)group.Width, (uint)group.Resolution, (uint)group.Resolution];
        return new TensorContent(TensorType.Float32, shape, new byte[group.Width * group.Resolution * group.Resolution * sizeof(float)]);
    }
}
