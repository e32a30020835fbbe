using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Data;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Trains a prior: the whole VD-VAE by its evidence lower bound.</summary>
internal sealed class PriorTask : ITrainingTask
{
    private const int Columns = 8;
    private const int SampleRows = 3;
    private readonly VdVae _model;
    private readonly ImageSet _images;
    private readonly ImageSet _validation;
    private readonly ModelExport _export;
    private readonly bool _flips;
    private readonly Device _device;
    private readonly Computation _computation;

    public PriorTask(VdVae model, ImageSet images, ImageSet validation, ModelExport export, bool flips, Device device, Computation? computation = null)
    {
        int size = model.Architecture.Hyperparameters.ImageSize;
        if (images.Size != size || validation.Size != size)
        {
            throw new InvalidHyperparametersException("image_size", $"{size}, but the training images have {images.Size} and the validation images {validation.Size}");
        }

        (_model, _images, _validation, _export, _flips, _device, _computation) = (model, images, validation, export, flips, device, computation ?? Computation.Default);
    }

    public nn.Module Module => _model;

    public int ImageCount => _images.Count;

    public int ValidationCount => _validation.Count;

    public IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, long[] seeds, bool validation)
    {
        using ImageNoise noise = NoiseOf(seeds);
        Tensor levels = Levels(indices, noise, validation);
        return Parts(_model.Evaluate(Normalize(levels), _model.Target(levels), noise.Of));
    }

    public IReadOnlyList<(string Name, Tensor Value)> Learn(int[] indices, long[] seeds, double share)
    {
        if (!_computation.Recompute)
        {
            IReadOnlyList<(string Name, Tensor Value)> losses = Losses(indices, seeds, validation: false);
            losses[0].Value.Times(share).backward();
            return losses;
        }

        using ImageNoise noise = NoiseOf(seeds);
        Tensor levels = Levels(indices, noise, validation: false);
        return Parts(_model.Learn(Normalize(levels), _model.Target(levels), noise.Of, share));
    }

    public void WriteImages(string path)
    {
        var sheet = new ContactSheet(Columns, _images.Size, _images.Size) { Gap = 4 };
        int[] indices = [.. Enumerable.Range(0, Math.Min(Columns, _validation.Count))];
        Pictures.AddRow(sheet, [.. indices.Select(_validation.Image)], Columns);
        Pictures.AddRow(sheet, Reconstruction.Of(_model, _validation.Levels(indices).to(_device), [.. indices.Select(_ => Reconstruction.Mean)], PixelSampling.Mode), Columns);
        DecodeRow[] rows = [.. Enumerable.Range(0, SampleRows * Columns).Select(index => new DecodeRow(1, (uint)index, 1, 0.8f))];
        Pictures.AddRow(sheet, PriorSamples.Of(_model.Decoder, rows, PixelSampling.Mode), Columns);
        Pictures.Save(sheet, path);
    }

    public void Export(TrainingState progress) => _export.Prior(_model, progress);

    private static IReadOnlyList<(string Name, Tensor Value)> Parts(Elbo elbo) => [("elbo", elbo.Mean()), ("distortion", elbo.Distortion.mean()), ("rate", elbo.Rate.mean())];

    private ImageNoise NoiseOf(long[] seeds) => new(seeds, _model.Architecture.Groups, _model.Architecture.Hyperparameters.Zdim, _device);

    private Tensor Normalize(Tensor levels) => _model.Normalize(levels).to(_computation.Type);

    private Tensor Levels(int[] indices, ImageNoise noise, bool validation)
    {
        Tensor levels = (validation ? _validation : _images).Levels(indices).to(_device);
        return _flips && !validation ? Flips.Apply(levels, noise.IsMirrored) : levels;
    }
}
