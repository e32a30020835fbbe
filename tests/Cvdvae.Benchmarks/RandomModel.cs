using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Commands;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>Model folders of random weights, which cost what trained ones do.</summary>
internal static class RandomModel
{
    /// <summary>Writes a prior, the low-res encoder that the hyper-parameters name, and preview heads.</summary>
    /// <param name="path">The folder to make.</param>
    /// <param name="hparams">A file of hyper-parameters in the official names.</param>
    public static ModelFolder Write(string path, string hparams)
    {
        random.manual_seed(0);
        ModelFolder folder = ModelFolder.CreateOrOpen(path, new ModelManifest { Name = "random", Prior = HyperparameterFile.ReadPrior(hparams) });
        using (var prior = new VdVae(folder.Prior))
        {
            Write(folder.PriorPath, prior);
        }

        if (HyperparameterFile.ReadLowRes(hparams) is LowResHyperparameters lowRes)
        {
            using var encoder = new LowResEncoder(new LowResArchitecture(lowRes, folder.Prior));
            folder.Update(folder.Manifest with { Encoders = new SortedDictionary<int, LowResHyperparameters> { [encoder.Architecture.Scale] = lowRes } });
            Write(folder.EncoderPath(encoder.Architecture.Scale), encoder);
        }

        IReadOnlyList<int> resolutions = PreviewHeads.ResolutionsOf(folder.Prior);
        using var heads = new PreviewHeads(
            resolutions.ToDictionary(resolution => resolution, resolution => new AffineMap(randn(3, folder.Prior.Widths[resolution]).Times(0.01), zeros(3))),
            new PreviewRecord(1, 1, PixelSampling.Sample, 1, resolutions.ToDictionary(resolution => resolution, _ => 0.0)));
        heads.Write(folder.PreviewsPath);
        return folder;
    }

    private static void Write(string path, nn.Module module) => SafetensorsWriter.Write(
        path, TorchTensors.AsSource(module.named_parameters().Select(entry => new KeyValuePair<string, Tensor>(entry.name, entry.parameter))));
}
