using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.Model.Sampling;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.V1;

namespace Cvdvae.DecoderHost;

/// <summary>Says what this stage and those after it can decode, and how much they have to do.</summary>
/// <param name="stage">The stage.</param>
/// <param name="models">Its models.</param>
/// <param name="neighbours">The encoder and the next stage.</param>
internal sealed class StatusReport(DecoderStage stage, ModelRepository<LoadedDecoder> models, NeighbourWatch neighbours)
{
    /// <summary>Whether a model can be decoded from here to the end.</summary>
    public bool HasModel => Models().Count > 0;

    /// <summary>The state now.</summary>
    public GetDecoderStatusResponse Current() => new()
    {
        Models = { Models() },
        Precision = stage.Precision,
        NoiseVersion = PhiloxNoise.Version,
        Stages = stage.Links.Range.ToString(),
        Load = DecoderLoads.Busier(DecoderLoads.ToWire(stage.Scheduler.Load), neighbours.Next?.Load),
        FirstStage = stage.Links.NeedsEncoder,
    };

    private List<DecoderModel> Models()
    {
        var offered = new List<DecoderModel>();
        foreach (ModelLease<LoadedDecoder> lease in models.LeaseAll())
        {
            using (lease)
            {
                if (neighbours.Have(lease.Content, lease.Identity))
                {
                    ModelInfo info = lease.Content.Info.Clone();
                    info.ContentHash = lease.Identity.ContentHash;
                    double later = lease.Content.Stage.IsLast ? 0 : neighbours.InNext(lease.Identity)?.SecondsPerSample ?? 0;
                    offered.Add(new DecoderModel { Info = info, SecondsPerSample = lease.Content.Costs.SecondsPerSample + later });
                }
            }
        }

        return offered;
    }
}
