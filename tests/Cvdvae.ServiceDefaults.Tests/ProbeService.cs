using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Tests;

/// <summary>A service whose behaviour each test gives.</summary>
internal sealed class ProbeService : EncoderService.EncoderServiceBase
{
    private readonly Probe _probe;

    public ProbeService(Probe probe) => _probe = probe;

    public override Task<GetEncoderStatusResponse> GetEncoderStatus(GetEncoderStatusRequest request, ServerCallContext context) => _probe.OnStatus(context);

    public override Task Encode(EncodeRequest request, IServerStreamWriter<EncodeResponse> responseStream, ServerCallContext context) =>
        _probe.OnEncode(request, responseStream, context);
}
