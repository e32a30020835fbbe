using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class ContactSheetTests
{
    [Fact]
    public void Render_SmallImages_AreEnlargedAndCentred()
    {
        var sheet = new ContactSheet(columns: 2, cellWidth: 8, cellHeight: 8) { Gap = 3, Background = (1, 2, 3) };
        RgbImage full = TestImages.Noise(8, 8);
        RgbImage small = TestImages.Noise(3, 2, seed: 2);
        sheet.Add(full);
        sheet.Add(small);
        sheet.Add(null);

        RgbImage page = sheet.Render();

        Assert.Equal((3 + 11 + 11, 3 + 11 + 11), (page.Width, page.Height));
        Assert.Equal(full.Pixels, page.Crop(3, 3, 8, 8).Pixels);

        // 3x2 grows to 6x4, one column and two rows in from the cell's corner.
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 6; x++)
            {
                Assert.Equal(small[x / 2, y / 2], page[14 + 1 + x, 3 + 2 + y]);
            }
        }

        Assert.Equal((1, 2, 3), page[14, 5]);
        Assert.Equal((1, 2, 3), page[15, 4]);
        Assert.All(page.Crop(0, 11, 25, 14).Pixels.Chunk(3), pixel => Assert.Equal([1, 2, 3], pixel));
    }

    [Fact]
    public void Render_WithoutEnlarging_KeepsTheSize()
    {
        var sheet = new ContactSheet(1, 8, 8) { Gap = 0, Enlarge = false };
        RgbImage small = TestImages.Noise(2, 2);
        sheet.Add(small);

        Assert.Equal(small.Pixels, sheet.Render().Crop(3, 3, 2, 2).Pixels);
    }

    [Fact]
    public void Render_Label_DrawsItsDots()
    {
        var sheet = new ContactSheet(1, 10, 4) { Gap = 0, LabelColor = (9, 9, 9) };
        sheet.Add(null, "1 and more than fits");

        RgbImage page = sheet.Render();

        // A one, two pixels to a dot: .#. ##. .#. .#. ###.
        string[] dots = [".#.", "##.", ".#.", ".#.", "###"];
        for (int y = 0; y < 10; y++)
        {
            string row = string.Concat(Enumerable.Range(0, 6).Select(x => page[x, 6 + y] == (9, 9, 9) ? '#' : '.'));
            Assert.Equal(string.Concat(dots[y / 2].Select(dot => new string(dot, 2))), row);
        }

        Assert.Equal((10, 4 + 14), (page.Width, page.Height));
    }

    [Fact]
    public void Add_ImageLargerThanTheCell_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ContactSheet(1, 8, 8).Add(new RgbImage(8, 9)));

    [Fact]
    public void Render_NoCells_IsRefused() => Assert.Throws<InvalidOperationException>(() => new ContactSheet(1, 8, 8).Render());
}
