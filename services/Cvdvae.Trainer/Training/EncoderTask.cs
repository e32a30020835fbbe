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
    private readonly VdVae _prior;
    private readonly LowResEncoder _encoder;
    private readonly (ImageSet High, ImageSet Low) _images;
    private readonly (ImageSet High, ImageSet Low) _validation;
    private readonly ModelExport _export;
    private readonly GroupLoss _loss;
    private readonly bool _flips;
    private readonly Device _device;

    public EncoderTask(
        VdVae prior, LowResEncoder encoder, ImageSet images, ImageSet validation, ModelExport export, GroupLoss loss, bool flips, Device device)
    {
        int size = prior.Architecture.Hyperparameters.ImageSize;
        if (images.Size != size || validation.Size != size)
        {
            throw new InvalidHyperparametersException("image_size", $"{size}, but the training images have {images.Size} and the validation images {validation.Size}");
        }

        int low = encoder.Architecture.Hyperparameters.ImageSizeY;
        (_prior, _encoder, _export, _loss, _flips, _device) = (prior, encoder, export, loss, flips, device);
        _images = (images, images.Downscaled(low));
        _validation = (validation, validation.Downscaled(low));
    }

    public nn.Module Module => _encoder;

    public int ImageCount => _images.High.Count;

    public int ValidationCount => _validation.High.Count;

    public IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, bool validation)
    {
        (ImageSet high, ImageSet low) = validation ? _validation : _images;
        Tensor x = high.Levels(indices).to(_device);
        Tensor y = low.Levels(indices).to(_device);
        if (_flips && !validation)
        {
            using Tensor chosen = Flips.Choose(x);
            (x, y) = (Flips.Apply(x, chosen), Flips.Apply(y, chosen));
        }

        IReadOnlyList<Tensor> divergences = _encoder.Divergences(_prior, _prior.Normalize(x), _prior.Normalize(y), (_, like) => StandardNormal.Like(like));
        Tensor sum = stack([.. divergences.Select(kl => kl.sum())]).sum().Over(indices.Length);
        Tensor mean = stack([.. divergences.Select(kl => kl.mean())]).sum();
        return _loss == GroupLoss.Sum ? [("kl_sum", sum), ("kl_mean", mean)] : [("kl_mean", mean), ("kl_sum", sum)];
    }

    /// <summary>A row for each image: low-res, bicubic, samples at 0.8, the truth.</summary>
    public void WriteImages(string path)
    {
        int size = _validation.High.Size;
        var resolver = new SuperResolver(_encoder, _prior.Decoder, PixelSampling.Mode);
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
}
