using System.CommandLine;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Cvdvae.Trainer.Data;

namespace Cvdvae.Trainer.Commands;

/// <summary>The options of the commands that take high-res images.</summary>
/// <param name="required">Whether the command can do nothing without them.</param>
internal sealed class ImageArguments(bool required)
{
    private readonly Option<int?> _limit = CheckedOption.OptionalNumber("--limit", "most images to take", 1);

    public Option<string[]> Images { get; } = new("--images")
    {
        Description = "images, folders of images, or files made by 'dataset'; each image is cut to its middle square and resized",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Images);
        command.Options.Add(_limit);
    }

    /// <summary>The images of a size, one after the other as they are asked for.</summary>
    /// <exception cref="InvalidImageException">There is none, or one can't be decoded.</exception>
    public IEnumerable<NamedImage> Sources(ParseResult parsed, int size)
    {
        bool any = false;
        foreach (NamedImage image in parsed.GetRequiredValue(Images).SelectMany(ImageSources.Named).Take(parsed.GetValue(_limit) ?? int.MaxValue))
        {
            any = true;
            yield return image with { Image = MiddleSquare.Resized(image.Image, size) };
        }

        if (!any)
        {
            throw new InvalidImageException("--images: there is no image (PNG, JPEG or WebP)");
        }
    }
}
