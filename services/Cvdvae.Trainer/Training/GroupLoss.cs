namespace Cvdvae.Trainer.Training;

/// <summary>How the divergences of the latent groups make up the loss of a low-res encoder.</summary>
internal enum GroupLoss
{
    /// <summary>Summed over all latents, nats per image (eq. 13-14 of the paper).</summary>
    Sum,

    /// <summary>Averaged over each group's latents, then summed over groups, as the published code does.</summary>
    Mean,
}
