namespace Cvdvae.Imaging;

/// <summary>
/// A grid of images on one page, filled row by row. Images are centred in their cells; smaller ones can be enlarged by a whole
/// factor without smoothing, so that the pixels of a preview stay visible.
/// </summary>
/// <param name="columns">Cells in a row, at least 1.</param>
/// <param name="cellWidth">Width of a cell in pixels, at least 1.</param>
/// <param name="cellHeight">Height of a cell in pixels without its label, at least 1.</param>
public sealed class ContactSheet(int columns, int cellWidth, int cellHeight)
{
    private const int LabelMargin = 2;

    private readonly List<(RgbImage? Image, string Label)> _cells = [];

    /// <summary>Pixels between cells and around them.</summary>
    public int Gap { get; init; } = 8;

    /// <summary>Colour behind everything; white unless set.</summary>
    public (byte Red, byte Green, byte Blue) Background { get; init; } = (255, 255, 255);

    /// <summary>Colour of the labels; dark grey unless set.</summary>
    public (byte Red, byte Green, byte Blue) LabelColor { get; init; } = (64, 64, 64);

    /// <summary>Whether small images grow by the largest whole factor that fits their cell.</summary>
    public bool Enlarge { get; init; } = true;

    /// <summary>Adds the next cell.</summary>
    /// <param name="image">At most as large as a cell; null leaves the cell empty.</param>
    /// <param name="label">
    /// A short line below the image: letters (shown in upper case), digits and <c>. , : ; - + = / % ( )</c>; other characters show
    /// as blanks, and what does not fit the cell is cut off.
    /// </param>
    /// <exception cref="ArgumentException">The image is larger than a cell.</exception>
    public void Add(RgbImage? image, string label = "")
    {
        if (image is not null && (image.Width > cellWidth || image.Height > cellHeight))
        {
            throw new ArgumentException(
                $"The image is {image.Width}x{image.Height}; a cell holds {cellWidth}x{cellHeight}.", nameof(image));
        }

        _cells.Add((image, label));
    }

    /// <summary>Draws the page: all the rows that have a cell, the last one padded.</summary>
    /// <exception cref="InvalidOperationException">There is no cell.</exception>
    public RgbImage Render()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Gap);
        if (_cells.Count == 0)
        {
            throw new InvalidOperationException("A contact sheet needs at least one cell.");
        }

        int labelHeight = _cells.Exists(cell => cell.Label.Length > 0) ? PixelFont.LineHeight + (2 * LabelMargin) : 0;
        int rows = (_cells.Count + columns - 1) / columns;
        var page = new RgbImage(Gap + (columns * (cellWidth + Gap)), Gap + (rows * (cellHeight + labelHeight + Gap)));
        Fill(page);
        for (int i = 0; i < _cells.Count; i++)
        {
            int left = Gap + (i % columns * (cellWidth + Gap));
            int top = Gap + (i / columns * (cellHeight + labelHeight + Gap));
            if (_cells[i].Image is { } image)
            {
                Place(page, image, left, top);
            }

            PixelFont.Draw(page, _cells[i].Label, left, top + cellHeight + LabelMargin, cellWidth, LabelColor);
        }

        return page;
    }

    private void Fill(RgbImage page)
    {
        for (int x = 0; x < page.Width; x++)
        {
            page[x, 0] = Background;
        }

        for (int y = 1; y < page.Height; y++)
        {
            page.Row(0).CopyTo(page.Row(y));
        }
    }

    private void Place(RgbImage page, RgbImage image, int left, int top)
    {
        int factor = Enlarge ? Math.Min(cellWidth / image.Width, cellHeight / image.Height) : 1;
        left += (cellWidth - (image.Width * factor)) / 2;
        top += (cellHeight - (image.Height * factor)) / 2;
        for (int y = 0; y < image.Height * factor; y++)
        {
            for (int x = 0; x < image.Width * factor; x++)
            {
                page[left + x, top + y] = image[x / factor, y / factor];
            }
        }
    }
}
