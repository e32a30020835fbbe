using Cvdvae.Client;
using Cvdvae.Imaging;

namespace Cvdvae.Cli.Upscaling;

/// <summary>The contact sheet of a call: a row for each sample with the input, its bicubic enlargement, the previews and the result.</summary>
internal sealed class SampleSheet
{
    private const int LeastCell = 128;
    private const int LargestCell = 256;
    private readonly SortedDictionary<int, SortedDictionary<int, EncodedImage>> _previews = [];
    private readonly SortedDictionary<int, ResultEvent> _results = [];

    public void Add(PreviewEvent preview)
    {
        if (!_previews.TryGetValue(preview.Resolution, out SortedDictionary<int, EncodedImage>? images))
        {
            _previews[preview.Resolution] = images = [];
        }

        images[preview.SampleIndex] = preview.Image;
    }

    public void Add(ResultEvent result) => _results[result.SampleIndex] = result;

    /// <summary>Draws the sheet; every image is as large as a cell, small ones with visible pixels.</summary>
    /// <param name="input">The image that was sent; null leaves its cells empty.</param>
    /// <param name="outputSize">Side of a full result in pixels.</param>
    public RgbImage Render(RgbImage? input, int outputSize)
    {
        int cell = outputSize >= LargestCell ? LargestCell : outputSize * Math.Max(1, LeastCell / outputSize);
        RgbImage? enlarged = input is null ? null : BicubicResizer.Resize(input, outputSize, outputSize);
        var sheet = new ContactSheet(_previews.Count + 3, cell, cell);
        foreach ((int sample, ResultEvent result) in _results)
        {
            sheet.Add(Fit(input, cell), input is null ? "input" : $"input {input.Width}x{input.Height}");
            sheet.Add(Fit(enlarged, cell), "bicubic");
            foreach ((int resolution, SortedDictionary<int, EncodedImage> images) in _previews)
            {
                sheet.Add(Fit(Decode(images.GetValueOrDefault(sample)), cell), $"{resolution}x{resolution}");
            }

            string size = result.Image.Width == outputSize ? "" : $" {result.Image.Width}x{result.Image.Width}";
            sheet.Add(Fit(Decode(result.Image), cell), $"sample {sample + 1}{size}");
        }

        return sheet.Render();
    }

    private static RgbImage? Decode(EncodedImage? image) => image is null ? null : ImageCodec.Decode(image.Data.Span, ImageDecodeLimits.Default);

    private static RgbImage? Fit(RgbImage? image, int cell) =>
        image is not null && Math.Max(image.Width, image.Height) > cell ? BicubicResizer.Resize(image, cell, cell) : image;
}
