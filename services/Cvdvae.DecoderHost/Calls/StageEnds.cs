using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>What the caller is told of a request's end.</summary>
internal static class StageEnds
{
    /// <summary>Throws what the caller is to see where the device did not end a request in order.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="stopped">The call has ended.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: too little memory; UNAVAILABLE: stopping.</exception>
    /// <exception cref="InvalidOperationException">The device failed.</exception>
    public static void ThrowIfFailed(StageEnd end, CancellationToken stopped)
    {
        switch (end)
        {
            case { Reason: StageEndReason.Failed, Error: OutOfDeviceMemoryException }:
                throw RpcErrors.ResourceExhausted("the device has too little memory for a single sample now", TimeSpan.FromSeconds(1));
            case { Reason: StageEndReason.Failed }:
                throw new InvalidOperationException("The device failed.", end.Error);
            case { Reason: StageEndReason.Cancelled }:
                stopped.ThrowIfCancellationRequested();
                throw RpcErrors.Unavailable("the decoder is stopping");
        }
    }

    /// <summary>The last message.</summary>
    /// <param name="run">The request at this stage; nothing more is sent of it.</param>
    /// <param name="parameters">What was asked for.</param>
    /// <param name="end">How it ended here; null: it has not.</param>
    /// <param name="isDeadline">Whether time was up.</param>
    /// <param name="later">What the later stages say; null: nothing.</param>
    /// <param name="load">Load of this stage.</param>
    public static DecodeCompleted Completed(StageRun run, DecodeParameters parameters, StageEnd? end, bool isDeadline, DecodeCompleted? later, DecoderLoad load)
    {
        CompletionReason full = parameters.LastResolution == run.Model.Prior.Hyperparameters.ImageSize
            ? CompletionReason.Finished
            : CompletionReason.StoppedAtResolution;
        return new DecodeCompleted
        {
            ReachedResolution = run.Seal(),
            Reason = isDeadline ? CompletionReason.Deadline : full,
            Queued = Sum(end?.Queued ?? TimeSpan.Zero, later?.Queued),
            Device = Sum(run.DeviceTime, later?.Device),
            Load = DecoderLoads.Busier(load, later?.Load),
        };
    }

    private static Duration Sum(TimeSpan here, Duration? later) => Duration.FromTimeSpan(here + (later?.ToTimeSpan() ?? TimeSpan.Zero));
}
