using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.FakeService;

/// <summary>Passes calls on to a <see cref="FakeUpscaler"/>.</summary>
internal sealed class FakeService(FakeUpscaler upscaler) : SuperResolutionService.SuperResolutionServiceBase
{
    public override Task Upscale(UpscaleRequest request, IServerStreamWriter<UpscaleResponse> responseStream, ServerCallContext context) =>
        upscaler.UpscaleAsync(request, responseStream, context);

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context) => Task.FromResult(upscaler.List());
}
