using Cvdvae.Model.Packaging;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Weights;
using Cvdvae.V1;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Models;

/// <summary>Describes a model to clients.</summary>
internal static class ModelDescription
{
    // Every answer about models carries them.
    private const int MaxLicenceCharacters = 2000;
    private const int MaxDescriptionCharacters = 1000;

    /// <summary>Reads the description from the model's folder: all of its resolutions, those of other stages too, and not the content hash.</summary>
    /// <exception cref="InvalidWeightsException">The preview heads are broken.</exception>
    public static ModelInfo Of(ModelFolder folder)
    {
        ModelManifest manifest = folder.Manifest;
        using SafetensorsFile file = SafetensorsFile.Open(folder.PreviewsPath);
        PreviewRecord previews = PreviewRecord.Parse(file.Metadata, PreviewHeads.ResolutionsOf(folder.Prior), file.Origin);
        var info = new ModelInfo
        {
            Name = manifest.Name,
            Version = manifest.Version,
            OutputSize = (uint)manifest.Prior.ImageSize,
            GroupCount = (uint)folder.Prior.Groups.Count,
            EncoderTemperature = manifest.EncoderTemperature,
            PriorTemperature = manifest.PriorTemperature,
            PixelSampling = ToWire(manifest.PixelSampling),
            Licence = ShownText.Of(manifest.Licence, MaxLicenceCharacters),
            Description = ShownText.Of(manifest.Description, MaxDescriptionCharacters),
        };
        info.Scales.AddRange(manifest.Encoders.OrderBy(encoder => encoder.Key).Select(encoder => new ScaleInfo
        {
            Scale = (uint)encoder.Key,
            InputSize = (uint)encoder.Value.ImageSizeY,
            ConditionedGroupCount = (uint)encoder.Value.Ky,
        }));
        foreach (int resolution in folder.Prior.Resolutions)
        {
            (int first, int end) = folder.Prior.GroupsAt(resolution);
            var entry = new ResolutionInfo { Resolution = (uint)resolution, GroupCount = (uint)(end - first) };
            if (previews.PsnrDb.TryGetValue(resolution, out double psnr))
            {
                entry.PreviewPsnrDb = (float)psnr;
            }

            info.Resolutions.Add(entry);
        }

        return info;
    }

    private static PixelSampling ToWire(ModelSampling sampling) => sampling switch
    {
        ModelSampling.Mode => PixelSampling.Mode,
        ModelSampling.Mean => PixelSampling.Mean,
        _ => PixelSampling.Sample,
    };
}
