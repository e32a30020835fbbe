using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Tests;

/// <summary>What the service does.</summary>
internal sealed class Probe
{
    public Func<ServerCallContext, Task<GetEncoderStatusResponse>> OnStatus { get; set; } = _ => Task.FromResult(new GetEncoderStatusResponse());

    public Func<EncodeRequest, IServerStreamWriter<EncodeResponse>, ServerCallContext, Task> OnEncode { get; set; } = (_, _, _) => Task.CompletedTask;
}
