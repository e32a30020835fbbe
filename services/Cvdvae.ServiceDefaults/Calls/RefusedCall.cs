using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>The answer to a call that is refused before gRPC has seen it: headers alone, as its protocol has it.</summary>
public static class RefusedCall
{
    /// <summary>Answers, before anything else is written.</summary>
    public static void Answer(HttpResponse response, RpcException refusal)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Status.Detail);
        foreach (Metadata.Entry detail in refusal.Trailers.Where(entry => entry.IsBinary))
        {
            response.Headers[detail.Key] = Convert.ToBase64String(detail.ValueBytes);
        }
    }
}
