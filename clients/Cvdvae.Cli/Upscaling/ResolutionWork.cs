using Cvdvae.Client;
using Cvdvae.V1;

namespace Cvdvae.Cli.Upscaling;

/// <summary>What there is to do at a resolution.</summary>
/// <param name="Resolution">Side in pixels.</param>
/// <param name="Groups">Latent groups that will be reported.</param>
/// <param name="Images">Images that will come.</param>
internal sealed record ResolutionWork(int Resolution, int Groups, int Images)
{
    /// <summary>The work of a call, coarse to fine.</summary>
    /// <param name="started">What the server said.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="model">The model, where it is known: only then are groups counted.</param>
    public static IReadOnlyList<ResolutionWork> Of(StartedEvent started, UpscaleRequest request, ModelInfo? model)
    {
        int last = request.StopAtResolution == 0 ? started.OutputSize : (int)request.StopAtResolution;
        int samples = Math.Max(1, (int)request.SampleCount);
        return
        [
            .. started.Resolutions.Where(resolution => resolution <= last).Select(resolution =>
            {
                int groups = (int)(model?.Resolutions.FirstOrDefault(info => info.Resolution == resolution)?.GroupCount ?? 0);
                bool previewed = resolution < started.OutputSize
                    && (request.PreviewResolutions.Count == 0 || request.PreviewResolutions.Contains((uint)resolution));
                int images = (previewed ? samples : 0) + (resolution == last ? samples : 0);
                return new ResolutionWork(resolution, request.ReportGroups ? groups : 0, images);
            }),
        ];
    }
}
