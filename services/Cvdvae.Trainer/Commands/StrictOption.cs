using System.CommandLine;
using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.Trainer.Data;

namespace Cvdvae.Trainer.Commands;

/// <summary>The option <c>--strict</c> of the commands that read folders of images.</summary>
internal static class StrictOption
{
    public static Option<bool> Create() => new("--strict") { Description = "fail, with exit status 1, where an image can't be used; it is skipped otherwise" };

    /// <summary>Fails where images were left out and that was not to be.</summary>
    /// <exception cref="InvalidImageException">They were.</exception>
    public static void Check(bool isStrict, SkippedImages skipped)
    {
        if (isStrict && skipped.Count > 0)
        {
            throw new InvalidImageException(string.Create(CultureInfo.InvariantCulture, $"--strict: {skipped.Count} of the files can't be used, as listed above"));
        }
    }
}
