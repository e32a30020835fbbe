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

    private readonly Option<bool> _strict = StrictOption.Create();

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
        command.Options.Add(_strict);
    }

    /// <summary>The images of a size, one after the other as they are asked for. What can't be used is left out, and told.</summary>
    /// <exception cref="InvalidImageException">There is none; or one was left out, and <c>--strict</c> was given.</exception>
    public IEnumerable<NamedImage> Sources(ParseResult parsed, int size)
    {
        bool any = false;
        var skipped = new SkippedImages(parsed.InvocationConfiguration.Error);
        IEnumerable<NamedImage> sources = parsed.GetRequiredValue(Images).SelectMany(path => ImageSources.Named(path, skipped));
        foreach (NamedImage image in sources.Take(parsed.GetValue(_limit) ?? int.MaxValue))
        {
            any = true;
            yield return image with { Image = MiddleSquare.Resized(image.Image, size) };
        }

        skipped.Summarize();
        if (!any)
        {
            throw new InvalidImageException("--images: there is no image that can be used (PNG, JPEG or WebP)");
        }

        StrictOption.Check(parsed.GetValue(_strict), skipped);
    }
}
