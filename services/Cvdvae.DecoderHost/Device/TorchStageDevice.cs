using System.Diagnostics;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.DecoderHost.Device;

/// <summary>Runs the steps with libtorch. Everything happens inside one synchronous call: dispose scopes and inference mode belong to the thread.</summary>
/// <param name="noise">Source of the random numbers.</param>
/// <param name="prepareThread">Called once on the thread, before its first tensor.</param>
internal sealed class TorchStageDevice(INoiseSource noise, Action? prepareThread = null) : IStageDevice
{
    private Action? _prepareThread = prepareThread;

    /// <inheritdoc/>
    public void Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows)
    {
        _prepareThread?.Invoke();
        _prepareThread = null;
        try
        {
            RunStep(plan.Steps[step], step, rows);
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            throw new OutOfDeviceMemoryException($"{plan.Name}: {rows.Count} rows at step {step}: {error.Message}", error);
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

    private void RunStep(GroupStep groupStep, int step, IReadOnlyList<StageRow> rows)
    {
        long start = Stopwatch.GetTimestamp();
        LoadedDecoder model = ContextOf(rows[0]).Model;
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        foreach (DecodeContext context in rows.Select(ContextOf).Distinct())
        {
            context.TakeMaps();
        }

        using var batch = StepBatch.Gather(model, step, rows);
        TorchRuntime.UseThreadsFor(batch.Work);
        if (groupStep.Group < model.Stage.EndGroup)
        {
            batch.RunGroup(noise);
        }
        else
        {
            batch.MakePixels(noise);
        }

        batch.Commit();
        model.Costs.Note(step, rows.Count, Stopwatch.GetElapsedTime(start));
    }
}
