using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.EncoderHost.Encoding;

/// <summary>Checks requests against the model they name.</summary>
internal static class EncodeRequests
{
    /// <summary>The scale.</summary>
    /// <exception cref="RpcException">NOT_FOUND: the model has no encoder for it.</exception>
    public static int Scale(EncodeRequest request, EncoderModel model)
    {
        int[] scales = [.. model.Scales];
        return scales.Contains((int)request.Scale)
            ? (int)request.Scale
            : throw RpcErrors.NotFound("scale", $"'{request.Scale}' is unknown; the model has {string.Join(", ", scales)}");
    }

    /// <summary>Levels of the image, rows of RGB.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: another type or shape, or not all of it.</exception>
    public static ReadOnlyMemory<byte> Levels(EncodeRequest request, int size)
    {
        Tensor image = request.Image ?? new Tensor();
        if (image.Type != TensorType.Uint8)
        {
            throw RpcErrors.InvalidArgument("image.type", image.Type, "TENSOR_TYPE_UINT8");
        }

        return image.Shape is [var height, var width, 3] && height == size && width == size
            ? TensorAssembler.Whole("image", image, size * size * 3).Data
            : throw RpcErrors.InvalidArgument("image.shape", TensorLayout.Text(image.Shape), $"({size}, {size}, 3)");
    }

    /// <summary>Type of the maps.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: no type for features.</exception>
    public static TensorType FeatureType(EncodeRequest request) => request.FeatureType switch
    {
        TensorType.Unspecified => TensorType.Float32,
        TensorType.Float32 or TensorType.Float16 or TensorType.Bfloat16 => request.FeatureType,
        _ => throw RpcErrors.InvalidArgument(
            "feature_type", request.FeatureType, "TENSOR_TYPE_FLOAT32, TENSOR_TYPE_FLOAT16 or TENSOR_TYPE_BFLOAT16"),
    };

    /// <summary>Resolutions that are wanted.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: there is no map of one of them.</exception>
    public static IReadOnlySet<int> Resolutions(EncodeRequest request, EncoderModel model, int scale)
    {
        HashSet<int> available = [.. model.Resolutions(scale)];
        foreach (uint resolution in request.Resolutions)
        {
            if (!available.Contains((int)resolution))
            {
                throw RpcErrors.InvalidArgument("resolutions", resolution, string.Join(", ", available.Order()));
            }
        }

        return request.Resolutions.Count == 0 ? available : request.Resolutions.Select(resolution => (int)resolution).ToHashSet();
    }
}
