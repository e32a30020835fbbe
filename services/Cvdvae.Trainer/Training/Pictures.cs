using Cvdvae.Imaging;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Tensors of pixels to pictures on disk.</summary>
internal static class Pictures
{
    /// <summary>uint8 (B, H, W, 3) to images.</summary>
    public static IReadOnlyList<RgbImage> FromLevels(Tensor levels)
    {
        int height = (int)levels.shape[1];
        int width = (int)levels.shape[2];
        byte[] bytes = levels.cpu().contiguous().bytes.ToArray();
        int each = height * width * RgbImage.Channels;
        return [.. Enumerable.Range(0, (int)levels.shape[0]).Select(index => new RgbImage(width, height, bytes[(index * each)..((index + 1) * each)]))];
    }

    /// <summary>An image as uint8 (1, 3, H, W).</summary>
    public static Tensor ToLevels(RgbImage image, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(image.Pixels, [1, image.Height, image.Width, RgbImage.Channels], dtype: ScalarType.Byte).permute(0, 3, 1, 2).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Images of one size as uint8 (B, 3, H, W).</summary>
    public static Tensor ToLevels(IReadOnlyList<RgbImage> images, Device device)
    {
        using var scope = NewDisposeScope();
        return cat([.. images.Select(image => ToLevels(image, device))]).MoveToOuterDisposeScope();
    }

    /// <summary>Adds images to a sheet and leaves the rest of the last row empty.</summary>
    public static void AddRow(ContactSheet sheet, IReadOnlyList<RgbImage> images, int columns)
    {
        foreach (RgbImage image in images)
        {
            sheet.Add(image);
        }

        for (int missing = images.Count; missing % columns != 0; missing++)
        {
            sheet.Add(null);
        }
    }

    /// <summary>Writes a sheet as PNG; makes the folder where needed.</summary>
    public static void Save(ContactSheet sheet, string path) => Save(sheet.Render(), path);

    /// <summary>Writes an image as PNG; makes the folder where needed.</summary>
    public static void Save(RgbImage image, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllBytes(path, ImageCodec.Encode(image, ImageEncoding.Png, 100));
    }
}
