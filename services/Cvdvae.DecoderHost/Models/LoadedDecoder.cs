using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using Cvdvae.Scheduling;
using Cvdvae.V1;
using TorchSharp;

namespace Cvdvae.DecoderHost.Models;

/// <summary>A model's decoder, or the part of it that a stage has, loaded. Only the tensors of that part are read.</summary>
internal sealed class LoadedDecoder : IDisposable
{
    private readonly List<IDisposable> _owned;

    private LoadedDecoder(ModelFolder folder, ModelStage stage, InferenceOptions options, TensorType featureType, List<IDisposable> owned)
    {
        _owned = owned;
        (Stage, Options, FeatureType) = (stage, options, featureType);
        Decoder = Own(folder.LoadDecoder(options, stage.FirstGroup, stage.EndGroup));
        Branches = folder.Manifest.Encoders.Keys.ToDictionary(
            scale => scale, scale => Own(folder.LoadBranch(scale, options, stage.FirstGroup, stage.EndGroup)));
        Previews = Own(PreviewHeads.Load(folder.PreviewsPath, folder.Prior, stage.Resolutions)).To(options.Device);
        Output = new PixelOutput(folder.Prior.Groups.Count, folder.Manifest.OutputBias);
        Info = ModelDescription.Of(folder);
        Plan = StagePlanner.Plan($"{Info.Name}@{Info.Version}", stage, options.Precision == torch.ScalarType.Float32 ? sizeof(float) : sizeof(ushort));
        Costs = new StepCosts(stage.StepCount);
    }

    /// <summary>What clients are told, but for the content hash, which the lease of the model knows.</summary>
    public ModelInfo Info { get; }

    /// <summary>The part that is loaded.</summary>
    public ModelStage Stage { get; }

    /// <summary>The model's structure.</summary>
    public PriorArchitecture Prior => Stage.Prior;

    /// <summary>Where and how precisely it runs.</summary>
    public InferenceOptions Options { get; }

    /// <summary>Type of features on the wire.</summary>
    public TensorType FeatureType { get; }

    /// <summary>The steps for the scheduler.</summary>
    public StagePlan Plan { get; }

    /// <summary>The top-down decoder.</summary>
    public TopDownDecoder Decoder { get; }

    /// <summary>The low-res encoders' parts in it, by scale.</summary>
    public IReadOnlyDictionary<int, LowResBranch> Branches { get; }

    /// <summary>The preview heads of the stage's resolutions below the image size.</summary>
    public PreviewHeads Previews { get; }

    /// <summary>From the parameters of the pixels to images.</summary>
    public PixelOutput Output { get; }

    /// <summary>Measured device time of the steps.</summary>
    public StepCosts Costs { get; }

    /// <summary>Is told that it was disposed.</summary>
    public Action? OnUnloaded { get; set; }

    /// <summary>Loads the stage of a model.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="stage">The stage, see <see cref="ModelStage.Of"/>.</param>
    /// <param name="options">Where and how precisely it runs.</param>
    /// <param name="featureType">Type of features on the wire.</param>
    /// <exception cref="Exception">A file is missing or broken; nothing stays loaded.</exception>
    public static LoadedDecoder Load(ModelFolder folder, ModelStage stage, InferenceOptions options, TensorType featureType)
    {
        var owned = new List<IDisposable>();
        try
        {
            return new LoadedDecoder(folder, stage, options, featureType, owned);
        }
        catch
        {
            owned.ForEach(part => part.Dispose());
            throw;
        }
    }

    /// <summary>Number of conditioned latent groups of a scale, k.</summary>
    public int ConditionedGroups(int scale) => Branches[scale].ConditionedGroupCount;

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.ForEach(part => part.Dispose());
        OnUnloaded?.Invoke();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
