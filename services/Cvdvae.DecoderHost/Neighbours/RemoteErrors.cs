using Grpc.Core;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>Errors of calls to other services, as they are passed on to the caller.</summary>
internal static class RemoteErrors
{
    private const string Details = "grpc-status-details-bin";

    /// <summary>
    /// The error for the caller: refusals and what is wrong with the request as they are, with their details; everything else means that the other service
    /// can't be used now.
    /// </summary>
    /// <param name="error">The error.</param>
    /// <param name="who">The other service, for the message.</param>
    public static RpcException PassOn(RpcException error, string who)
    {
        if (error.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.ResourceExhausted)
        {
            var details = new Metadata();
            if (error.Trailers.Get(Details) is { } status)
            {
                details.Add(status);
            }

            return new RpcException(new Status(error.StatusCode, error.Status.Detail), details);
        }

        return new RpcException(new Status(StatusCode.Unavailable, $"{who}: {error.StatusCode}: {error.Status.Detail}"));
    }
}
