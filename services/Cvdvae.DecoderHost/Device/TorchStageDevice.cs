using System.Diagnostics;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.DecoderHost.Device;

/// <summary>Runs the steps with libtorch. Everything happens inside one synchronous call: dispose scopes, inference mode and the number of threads belong to the calling thread.</summary>
/// <param name="noise">Source of the random numbers; used by several threads at once.</param>
internal sealed class TorchStageDevice(INoiseSource noise) : IStageDevice
{
    // A new request must get through the encoder and the services before the device can do anything for it: where several lanes are busy, all but the first give way to them.
    // The first one keeps its share of the processors, or other work on the machine would bring the decoder to a stop.
    private const int Niceness = 10;

    /// <inheritdoc/>
    public void StartThread(Action body, string name, bool isFirst) => TorchThread.Start(body, name, isFirst ? 0 : Niceness);

    /// <inheritdoc/>
    public double Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows, int sharers)
    {
        try
        {
            return RunStep(plan.Steps[step], step, rows, sharers);
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            throw new OutOfDeviceMemoryException($"{plan.Name}: {rows.Count} rows at step {step}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public bool WorkAhead(StageRequest request)
    {
        var context = (DecodeContext)request.DeviceContext!;
        if (context.Model.Options.Device.type != DeviceType.CPU)
        {
            // The kernels of all threads run in turn there: nothing is gained.
            return false;
        }

        TorchRuntime.UseThreadsFor(0);
        try
        {
            return context.WorkAhead(noise);
        }
#pragma warning disable CA1031 // The step does it again and fails by itself, or there is memory for it then.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Release(IReadOnlyList<StageRow> rows)
    {
        foreach (StageRow row in rows)
        {
            (row.DeviceState as RowPlace)?.Cohort.Leave();
            row.DeviceState = null;
            ContextOf(row).Forget(row);
        }
    }

    private static DecodeContext ContextOf(StageRow row) => (DecodeContext)row.Request.DeviceContext!;

    private double RunStep(GroupStep groupStep, int step, IReadOnlyList<StageRow> rows, int sharers)
    {
        long start = Stopwatch.GetTimestamp();
        LoadedDecoder model = ContextOf(rows[0]).Model;

        // A graphics card runs the kernels of all threads in turn: each has all of it for its own.
        double threads = TorchRuntime.UseThreadsFor(rows.Count * model.Stage.MultiplyAddsOf(step), sharers);
        double share = model.Options.Device.type == DeviceType.CPU ? threads : 1.0 / sharers;
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        DecodeContext[] contexts = [.. rows.Select(ContextOf).Distinct()];
        foreach (DecodeContext context in contexts)
        {
            context.Begin(groupStep.Group);
        }

        INoiseSource numbers = contexts.Length == 1 ? contexts[0].NoiseOf(noise) : noise;

        // What leads here happens while a graphics card is busy with the step before, but no more than that: what it has been given can't be taken back when a request ends, and its time
        // would be counted to much later steps.
        TorchRuntime.Finish(model.Options.Device);
        using var batch = StepBatch.Gather(model, step, rows);
        if (groupStep.Group < model.Stage.EndGroup)
        {
            batch.RunGroup(numbers);
        }
        else
        {
            batch.MakePixels(noise);
        }

        batch.Commit();
        model.Costs.Note(step, rows.Count, share * Stopwatch.GetElapsedTime(start));
        return share;
    }
}
