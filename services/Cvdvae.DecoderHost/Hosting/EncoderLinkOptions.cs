namespace Cvdvae.DecoderHost.Hosting;

/// <summary>Where the first stage finds the encoder; section <c>Encoder</c>.</summary>
public sealed class EncoderLinkOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Encoder";

    /// <summary>Its address.</summary>
    public string Address { get; set; } = "http://127.0.0.1:5100";
}
