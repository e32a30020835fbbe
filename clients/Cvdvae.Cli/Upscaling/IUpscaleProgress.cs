using Cvdvae.Client;

namespace Cvdvae.Cli.Upscaling;

/// <summary>Shows how far a call has come.</summary>
internal interface IUpscaleProgress
{
    /// <summary>Whether it makes use of <see cref="GroupDecodedEvent"/>.</summary>
    bool WantsGroups { get; }

    /// <summary>Runs a call while its progress is shown.</summary>
    Task<UpscaleOutcome> ShowAsync(Func<Task<UpscaleOutcome>> run);

    /// <summary>The call was admitted.</summary>
    /// <param name="started">What the server said.</param>
    /// <param name="stages">What there is to do at each resolution, coarse to fine.</param>
    void Started(StartedEvent started, IReadOnlyList<ResolutionWork> stages);

    /// <summary>A latent group is done.</summary>
    void GroupDecoded(int resolution);

    /// <summary>An image of a resolution was written.</summary>
    /// <param name="resolution">Its resolution.</param>
    /// <param name="elapsed">Since the call began.</param>
    void ImageWritten(int resolution, TimeSpan elapsed);
}
