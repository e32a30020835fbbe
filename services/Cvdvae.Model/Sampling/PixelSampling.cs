namespace Cvdvae.Model.Sampling;

/// <summary>How pixels are taken from the mixture of logistics.</summary>
public enum PixelSampling
{
    /// <summary>A draw: component by Gumbel-max, then the logistic.</summary>
    Sample,

    /// <summary>The location of the most likely component; no noise.</summary>
    Mode,

    /// <summary>The expectation over the components' locations; no noise.</summary>
    Mean,
}
