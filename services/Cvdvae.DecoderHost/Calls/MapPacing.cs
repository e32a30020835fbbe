using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Configuration;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>
/// When the feature maps of a request are taken from the encoder. Large ones may stay there until the decode is about to need them, in the last latent group of the resolution before their own: where the networks run on the
/// processors that also move the maps, the coarse previews would wait for a map that is needed much later.
/// </summary>
internal sealed class MapPacing
{
    private readonly ModelStage _stage;
    private readonly long _largest;

    // By the stage's resolutions.
    private readonly TaskCompletionSource[] _nearlyDone;

    /// <summary>Begins with nothing decoded.</summary>
    /// <param name="stage">The stage; only the first one of a model takes maps from the encoder.</param>
    /// <param name="largest">Bytes, in single precision, of the largest map that is taken at once.</param>
    public MapPacing(ModelStage stage, long largest)
    {
        (_stage, _largest) = (stage, largest);
        _nearlyDone = [.. stage.Resolutions.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        StepDone(-1);
    }

    /// <summary>A sample is through a step of this stage; before the first one, -1. Any thread.</summary>
    public void StepDone(int step)
    {
        if (_stage.CompletedBy(step + 1) is int resolution)
        {
            _nearlyDone[CountBefore(resolution)].TrySetResult();
        }
    }

    /// <summary>Completes when the map of a resolution is to be taken. For one of a later stage that is in the last group of this one.</summary>
    public Task TimeFor(uint resolution) => IsLarge(resolution) && CountBefore(resolution) is > 0 and var before ? _nearlyDone[before - 1].Task : Task.CompletedTask;

    private int CountBefore(long resolution) => _stage.Resolutions.Count(other => other < resolution);

    // What is no resolution of the model is refused by whoever takes the map.
    private bool IsLarge(uint resolution) =>
        _stage.Prior.Groups.FirstOrDefault(group => group.Resolution == resolution) is LatentGroup group && FeatureShape.Bytes(group) > _largest;
}
