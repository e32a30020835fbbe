using Cvdvae.Imaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Evaluation;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Trains a low-res encoder against a frozen prior.</summary>
internal sealed class EncoderTask : ITrainingTask
{
    private const int PictureRows = 8;
    private const int Samples = 5;
    private const float SampleTemperature = 0.8f;

    // Samples of 256x256 drawn all at once would take more memory than a step does.
    private const int PixelsAtOnce = 1 << 16;
    private readonly VdVae _prior;
    private readonly LowResEncoder _encoder;
    private readonly (ImageSet High, ImageSet Low) _images;
    private readonly (ImageSet High, ImageSet Low) _validation;
    private readonly ModelExport _export;
    private readonly GroupLoss _loss;
    private readonly bool _flips;
    private readonly Device _device;
    private readonly Computation _computation;

    public EncoderTask(
        VdVae prior, LowResEncoder encoder, ImageSet images, ImageSet validation, ModelExport export, GroupLoss loss, bool flips, Device device, Computation? computation = null)
    {
        int size = prior.Architecture.Hyperparameters.ImageSize;
        if (images.Size != size || validation.Size != size)
        {
            throw new InvalidHyperparametersException("image_size", $"{size}, but the training images have {images.Size} and the validation images {validation.Size}");
        }

        int low = encoder.Architecture.Hyperparameters.ImageSizeY;
        (_prior, _encoder, _export, _loss, _flips, _device, _computation) = (prior, encoder, export, loss, flips, device, computation ?? Computation.Default);
        _images = (images, images.Downscaled(low));
        _validation = (validation, validation.Downscaled(low));
    }

    public nn.Module Module => _encoder;

    public int ImageCount => _images.High.Count;

    public int ValidationCount => _validation.High.Count;

    public IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, long[] seeds, bool validation)
    {
        using ImageNoise noise = NoiseOf(seeds);
        (Tensor x, Tensor y) = Pixels(indices, noise, validation);
        IReadOnlyList<Tensor> divergences = _encoder.Divergences(_prior, x, y, noise.Of);
        return Named(
            stack([.. divergences.Select(kl => kl.sum())]).sum().Over(indices.Length),
            stack([.. divergences.Select(kl => kl.mean())]).sum());
    }

    public IReadOnlyList<(string Name, Tensor Value)> Learn(int[] indices, long[] seeds, double share)
    {
        using ImageNoise noise = NoiseOf(seeds);
        (Tensor x, Tensor y) = Pixels(indices, noise, validation: false);
        Tensor sums = zeros(1, device: _device);
        Tensor means = zeros(1, device: _device);
        _encoder.Learn(
            _prior,
            x,
            y,
            noise.Of,
            kl =>
            {
                (Tensor sum, Tensor mean) = (kl.sum().Over(indices.Length), kl.mean());
                sums.PlusInPlace(sum.detach());
                means.PlusInPlace(mean.detach());
                return (_loss == GroupLoss.Sum ? sum : mean).Times(share);
            },
            _computation.Recompute);
        return Named(sums, means);
    }

    /// <summary>A row for each image: low-res, bicubic, samples at 0.8, the truth.</summary>
    public void WriteImages(string path)
    {
        int size = _validation.High.Size;
        var resolver = new SuperResolver(_encoder, _prior.Decoder, PixelSampling.Mode) { Together = Math.Max(1, PixelsAtOnce / (size * size)) };
        var sheet = new ContactSheet(Samples + 3, size, size) { Gap = 4 };
        for (int index = 0; index < Math.Min(PictureRows, _validation.High.Count); index++)
        {
            RgbImage low = _validation.Low.Image(index);
            sheet.Add(low);
            sheet.Add(BicubicResizer.Resize(low, size, size));
            using Tensor levels = _validation.Low.Levels([index]).to(_device);
            foreach (RgbImage sample in resolver.Draw(levels, Samples, SampleTemperature, seed: 1).Single())
            {
                sheet.Add(sample);
            }

            sheet.Add(_validation.High.Image(index));
        }

        Pictures.Save(sheet, path);
    }

    public void Export(TrainingState progress) => _export.Encoder(_encoder, progress);

    private IReadOnlyList<(string Name, Tensor Value)> Named(Tensor sum, Tensor mean) =>
        _loss == GroupLoss.Sum ? [("kl_sum", sum), ("kl_mean", mean)] : [("kl_mean", mean), ("kl_sum", sum)];

    private ImageNoise NoiseOf(long[] seeds) => new(
        seeds, _prior.Architecture.Groups.Take(_encoder.Architecture.ConditionedGroupCount), _prior.Architecture.Hyperparameters.Zdim, _device);

    private (Tensor X, Tensor Y) Pixels(int[] indices, ImageNoise noise, bool validation)
    {
        (ImageSet high, ImageSet low) = validation ? _validation : _images;
        return (Pixels(high), Pixels(low));

        Tensor Pixels(ImageSet images)
        {
            Tensor levels = images.Levels(indices).to(_device);
            return _prior.Normalize(_flips && !validation ? Flips.Apply(levels, noise.IsMirrored) : levels).to(_computation.Type);
        }
    }
}
