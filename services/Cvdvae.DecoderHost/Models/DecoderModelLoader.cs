using Cvdvae.DecoderHost.Hosting;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Runtime;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.Scheduling;
using Cvdvae.V1;
using Microsoft.Extensions.Options;

namespace Cvdvae.DecoderHost.Models;

/// <summary>Loads this stage's part of a model and runs it once, so that the first request finds it as fast as the later ones.</summary>
internal sealed class DecoderModelLoader
{
    private readonly DecoderLinks _links;
    private readonly TorchOptions _torch;
    private readonly InferenceOptions _options;
    private readonly StageScheduler _scheduler;
    private readonly TensorType _featureType;

    public DecoderModelLoader(
        DecoderLinks links, IOptions<TorchOptions> torch, InferenceOptions options, StageScheduler scheduler, IOptions<DecoderOptions> decoder)
    {
        (_links, _torch, _options, _scheduler) = (links, torch.Value, options, scheduler);
        _featureType = TensorWire.ParseFeatureType(nameof(DecoderOptions.FeatureType), decoder.Value.FeatureType);
    }

    /// <summary>Loads a model.</summary>
    /// <exception cref="InvalidModelException">A part of it is missing, or it does not fit the stage.</exception>
    /// <exception cref="Model.Weights.InvalidWeightsException">A file is broken or doesn't fit.</exception>
    public LoadedDecoder Load(ModelFolder folder, CancellationToken cancellation)
    {
        _torch.ApplyToThread();
        folder.RequireAll();

        var model = LoadedDecoder.Load(folder, StageOf(folder), _options, _featureType);
        model.OnUnloaded = () => _scheduler.Forget(model.Plan);
        try
        {
            DecoderWarmUp.Run(model, (step, time) => _scheduler.Learn(model.Plan, step, 1, time), cancellation);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private ModelStage StageOf(ModelFolder folder)
    {
        try
        {
            return ModelStage.Of(folder.Prior, _links.Range, _links.Next is not null);
        }
        catch (StageMismatchException error)
        {
            throw new InvalidModelException(folder.FolderPath, error.Message, error);
        }
    }
}
