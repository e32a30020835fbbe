using Cvdvae.Imaging;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Cvdvae.Gateway.Requests;

/// <summary>The error for bytes that aren't an image, or too much of one.</summary>
internal static class InvalidImage
{
    /// <summary>INVALID_ARGUMENT with what is wrong and what is accepted, as google.rpc.BadRequest too.</summary>
    public static RpcException Error(InvalidImageException problem) => new Google.Rpc.Status
    {
        Code = (int)Code.InvalidArgument,
        Message = $"image: {problem.Message}",
        Details =
        {
            Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "image", Description = problem.Message } } }),
        },
    }.ToRpcException();
}
