using System.ComponentModel.DataAnnotations;

namespace Cvdvae.DecoderHost.Hosting;

/// <summary>Where the first stage finds the encoder; section <c>Encoder</c>.</summary>
public sealed class EncoderLinkOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Encoder";

    /// <summary>Its address.</summary>
    public string Address { get; set; } = "http://127.0.0.1:5100";

    /// <summary>
    /// Bytes, in single precision, of the largest feature map that is taken from it at once; a larger one stays there until the decode has come to the last latent group of the resolution before its own, so that the coarse previews don't wait for it. From 0 up; 1 MiB by default. On a processor only:
    /// a graphics card takes all at once.
    /// </summary>
    [Range(0L, long.MaxValue)]
    public long LargestMapAtOnce { get; set; } = 1 << 20;
}
