namespace Cvdvae.DecoderHost.Stages;

/// <summary>A model can't be decoded by this stage: its resolutions are others, or nobody has the rest of them.</summary>
/// <param name="message">Why.</param>
internal sealed class StageMismatchException(string message) : Exception(message);
