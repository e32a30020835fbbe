using Cvdvae.DecoderHost.HandOver;
using Cvdvae.DecoderHost.Hosting;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.Scheduling;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>What all requests of a stage share.</summary>
/// <param name="Scheduler">Shares the device.</param>
/// <param name="Links">The other services.</param>
/// <param name="Room">Room for features from the stage before.</param>
/// <param name="Time">The clock.</param>
/// <param name="Precision">Type of weights and features: fp32, bf16 or fp16.</param>
/// <param name="MaxSamples">Most samples of a request.</param>
/// <param name="MaxWaitingPreviewBytes">Bytes of previews that may wait for a slow reader.</param>
/// <param name="LaterStagesGrace">How long the later stages may take to say what they have, when the time is up.</param>
/// <param name="Metrics">Counts.</param>
internal sealed record DecoderStage(
    StageScheduler Scheduler, DecoderLinks Links, HandOverRoom Room, TimeProvider Time, string Precision, int MaxSamples, int MaxWaitingPreviewBytes,
    TimeSpan LaterStagesGrace,
    DecoderMetrics Metrics);
