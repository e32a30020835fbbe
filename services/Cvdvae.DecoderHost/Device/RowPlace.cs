namespace Cvdvae.DecoderHost.Device;

/// <summary>Where the features of a row are.</summary>
/// <param name="Cohort">The rows that it ran its last step with.</param>
/// <param name="Index">Its index among them.</param>
internal sealed record RowPlace(Cohort Cohort, int Index);
