using System.Diagnostics;
using Cvdvae.Gateway.Delivery;
using Cvdvae.Imaging;
using Cvdvae.V1;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Requests;

/// <summary>Reads the image of a request and brings it to an input size of the model.</summary>
internal sealed class InputImageReader(ImageWorkers workers, IOptions<GatewayOptions> options) : IDisposable
{
    // A megapixel takes some 40 MB while it's read and resized. Images beyond that take turns, so that memory doesn't grow with their number.
    private const long LargePixels = 1 << 20;

    private readonly ImageDecodeLimits _limits = new()
    {
        MaxBytes = options.Value.MaxImageBytes,
        MaxWidth = options.Value.MaxImageSide,
        MaxHeight = options.Value.MaxImageSide,
        MaxPixels = (long)options.Value.MaxImageSide * options.Value.MaxImageSide,
    };

    private readonly LargeImages _largeImages = new(workers);

    /// <summary>Reads the image.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model that it names; its scale is one of the model's, or 0.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it's no image, too large, or of a size that the model doesn't take.</exception>
    public async Task<InputImage> ReadAsync(UpscaleRequest request, ModelInfo model, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> file = request.Image.Memory;
        PlaneSize size = Refusing(() => ImageCodec.Measure(file.Span, _limits));
        ScaleInfo scale = InputSize.Choose(request, model, size);
        ActivityContext parent = Activity.Current?.Context ?? default;
        return size.Area > LargePixels
            ? await _largeImages.RunAsync(ImageJobUrgency.Preview, size.Area, () => Read(file, scale, parent), cancellationToken)
            : await workers.RunAsync(ImageJobUrgency.Preview, size.Area, () => Read(file, scale, parent), cancellationToken);
    }

    public void Dispose() => _largeImages.Dispose();

    private InputImage Read(ReadOnlyMemory<byte> file, ScaleInfo scale, ActivityContext parent)
    {
        using Activity? span = ServiceDefaults.Observability.Telemetry.Source.StartActivity("read image", ActivityKind.Internal, parent);
        RgbImage image = Refusing(() => ImageCodec.Decode(file.Span, _limits));
        int side = Math.Min(image.Width, image.Height);
        RgbImage square = image.Width == image.Height ? image : image.Crop((image.Width - side) / 2, (image.Height - side) / 2, side, side);
        int input = (int)scale.InputSize;
        return new InputImage(side == input ? square : BicubicResizer.Resize(square, input, input), scale);
    }

    private static T Refusing<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidImageException exception)
        {
            throw InvalidImage.Error(exception);
        }
    }
}
