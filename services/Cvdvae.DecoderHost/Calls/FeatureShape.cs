using Cvdvae.Model.Configuration;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>Checks features that came over the wire.</summary>
internal static class FeatureShape
{
    /// <summary>Bytes of the features of one row at a group in single precision.</summary>
    public static long Bytes(LatentGroup group) => (long)group.Width * group.Resolution * group.Resolution * sizeof(float);

    /// <summary>Checks that features are (1, width, r, r) of a group, of a float type.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static void Check(string field, TensorContent features, LatentGroup group)
    {
        uint[] expected = [1, (uint)group.Width, (uint)group.Resolution, (uint)group.Resolution];
        if (!features.Shape.SequenceEqual(expected))
        {
            throw RpcErrors.InvalidArgument($"{field}.shape", TensorLayout.Text(features.Shape), TensorLayout.Text(expected));
        }

        if (features.Type == TensorType.Uint8)
        {
            throw RpcErrors.InvalidArgument($"{field}.type", features.Type, "TENSOR_TYPE_FLOAT32, TENSOR_TYPE_FLOAT16 or TENSOR_TYPE_BFLOAT16");
        }
    }
}
