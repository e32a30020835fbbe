using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Training;

/// <summary>A contact sheet that takes the first images it is given and drops the rest, so that it stays of a size that one can look at.</summary>
internal sealed class PictureSheet
{
    private const int MostCells = 128;
    private const int SmallestCell = 128;
    private readonly ContactSheet _sheet;
    private readonly int _most;
    private int _cells;

    /// <param name="columns">Images in a row.</param>
    /// <param name="imageSize">Side of the images in pixels; small ones are enlarged.</param>
    public PictureSheet(int columns, int imageSize)
    {
        int cell = imageSize * Math.Max(1, SmallestCell / imageSize);
        _sheet = new ContactSheet(columns, cell, cell);
        _most = Math.Max(1, MostCells / columns) * columns;
    }

    /// <summary>About as many rows as columns.</summary>
    public static PictureSheet Square(int count, int imageSize) => new((int)Math.Ceiling(Math.Sqrt(Math.Min(count, MostCells))), imageSize);

    public void Add(RgbImage image, string label = "")
    {
        if (_cells++ < _most)
        {
            _sheet.Add(image, label);
        }
    }

    public RgbImage Render() => _sheet.Render();
}
