using Cvdvae.Imaging;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Requests;

/// <summary>Which scale of a model fits an image.</summary>
internal static class InputSize
{
    /// <summary>
    /// Chooses the scale: the request's, or that whose input size the image has. When images of other sizes are cut and resized and no scale is
    /// given, it's the largest input size that needs no enlargement, or else the smallest.
    /// </summary>
    /// <param name="request">The request; its scale is one of the model's, or 0.</param>
    /// <param name="model">The model.</param>
    /// <param name="size">Size of the image.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: the size must match and doesn't.</exception>
    public static ScaleInfo Choose(UpscaleRequest request, ModelInfo model, PlaneSize size)
    {
        List<ScaleInfo> scales =
        [
            .. model.Scales.Where(scale => request.Scale == 0 || scale.Scale == request.Scale).OrderByDescending(scale => scale.InputSize),
        ];
        if (request.InputFit == InputFit.CropAndResize)
        {
            int side = Math.Min(size.Width, size.Height);
            return scales.FirstOrDefault(scale => scale.InputSize <= side) ?? scales[^1];
        }

        return scales.FirstOrDefault(scale => scale.InputSize == size.Width && scale.InputSize == size.Height)
            ?? throw RpcErrors.InvalidArgument("image", $"{size} pixels", Accepted(scales));
    }

    private static string Accepted(List<ScaleInfo> scales)
    {
        IEnumerable<string> sizes = scales.Select(scale => $"{scale.InputSize}x{scale.InputSize} (scale {scale.Scale})");
        return $"{string.Join(" or ", sizes)}, or any size with input_fit INPUT_FIT_CROP_AND_RESIZE";
    }
}
