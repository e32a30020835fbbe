using System.Diagnostics;
using Cvdvae.DecoderHost.Frames;
using Cvdvae.DecoderHost.Models;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Errors;
using TorchSharp;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>Admits requests to the device.</summary>
internal static class StageAdmission
{
    /// <summary>Admits a request.</summary>
    /// <param name="stage">This stage.</param>
    /// <param name="lease">Its model, taken over: it is given back when the device is done with it, or when this fails.</param>
    /// <param name="parameters">The request.</param>
    /// <param name="caller">The caller has left.</param>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED with google.rpc.RetryInfo and DecoderLoad; UNAVAILABLE: stopping.</exception>
    public static StageCall Admit(DecoderStage stage, ModelLease<LoadedDecoder> lease, DecodeParameters parameters, CancellationToken caller)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
        var outbox = new FrameOutbox(stage.MaxWaitingPreviewBytes);
        var spans = new ResolutionSpans(Activity.Current?.Context ?? default, stage.Time);

        // A graphics card would wait for what the processors could have brought before.
        var pacing = new MapPacing(lease.Content.Stage, lease.Content.Options.Device.type == DeviceType.CPU ? stage.Links.LargestMapAtOnce : long.MaxValue);
        var run = new StageRun(lease.Content, parameters, outbox, spans, pacing, stop.Token) { OnEnded = lease.Dispose };
        Admission admission = stage.Scheduler.TryAdmit(run.Request);
        if (admission.Admitted)
        {
            return new StageCall(stage, parameters, lease.Content, run, outbox, stop, caller);
        }

        run.Context.Dispose();
        lease.Dispose();
        stop.Dispose();
        throw stage.Scheduler.Draining
            ? RpcErrors.Unavailable("the decoder is stopping")
            : RpcErrors.ResourceExhausted(
                $"the decoder has {admission.Load.Backlog.TotalSeconds:F1} s of work and {admission.Load.Rows} samples before it; it takes up to {admission.Load.MaxBacklog.TotalSeconds:F1} s and {admission.Load.MaxRows} samples",
                admission.RetryAfter,
                DecoderLoads.ToWire(admission.Load));
    }
}
