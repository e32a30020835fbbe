using System.Globalization;

namespace Cvdvae.Model.Packaging;

/// <summary>A part of a model that is trained or imported: the prior, or the low-res encoder of a scale.</summary>
/// <param name="Scale">The encoder's scale; null: the prior.</param>
public readonly record struct ModelPart(int? Scale)
{
    /// <summary>The prior.</summary>
    public static ModelPart Prior => new(null);

    /// <summary>Its name among the training records.</summary>
    public string Key => Scale is int scale ? string.Create(CultureInfo.InvariantCulture, $"encoder-x{scale}") : "prior";

    /// <summary>The low-res encoder of a scale.</summary>
    public static ModelPart Encoder(int scale) => new(scale);

    /// <summary>The file of its weights.</summary>
    public string PathIn(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Scale is int scale ? folder.EncoderPath(scale) : folder.PriorPath;
    }

    /// <inheritdoc/>
    public override string ToString() => Scale is int scale ? string.Create(CultureInfo.InvariantCulture, $"an encoder for scale {scale}") : "a prior";
}
