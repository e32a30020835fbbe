namespace Cvdvae.FunctionalTests.OutsideClients;

/// <summary>What an outside client counted.</summary>
/// <param name="Model">The model.</param>
/// <param name="Resolutions">Resolutions, coarse to fine.</param>
/// <param name="Previews">Previews of all samples.</param>
/// <param name="Results">PSNR of each sample's result, downscaled, to the input, in dB.</param>
internal sealed record OutsideReport(string Model, int[] Resolutions, int Previews, double[] Results);
