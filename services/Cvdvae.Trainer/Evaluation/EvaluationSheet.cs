using Cvdvae.Imaging;
using Cvdvae.Trainer.Training;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>A row for each of the first images: input, bicubic, samples, truth.</summary>
/// <param name="samples">Samples of each image.</param>
/// <param name="imageSize">Side of the high-res images in pixels.</param>
internal sealed class EvaluationSheet(int samples, int imageSize)
{
    private readonly PictureSheet _sheet = new(samples + 3, imageSize);

    /// <summary>Adds an image; those that don't fit any more are dropped.</summary>
    public void Add(RgbImage lowRes, RgbImage bicubic, IReadOnlyList<RgbImage> drawn, RgbImage truth)
    {
        _sheet.Add(lowRes, "input");
        _sheet.Add(bicubic, "bicubic");
        for (int sample = 0; sample < drawn.Count; sample++)
        {
            _sheet.Add(drawn[sample], $"sample {sample + 1}");
        }

        _sheet.Add(truth, "truth");
    }

    /// <summary>Writes it as PNG.</summary>
    public void Save(string path) => Pictures.Save(_sheet.Render(), path);
}
