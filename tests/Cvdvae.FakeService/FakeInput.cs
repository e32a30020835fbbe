using Cvdvae.Imaging;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Cvdvae.FakeService;

/// <summary>The image of a request, checked as a server does.</summary>
internal sealed class FakeInput
{
    private readonly RgbImage _image;

    private FakeInput(RgbImage image, ScaleInfo scale)
    {
        _image = image;
        Scale = scale;
    }

    public ScaleInfo Scale { get; }

    public static FakeInput Read(UpscaleRequest request, ModelInfo model)
    {
        RgbImage image;
        try
        {
            image = ImageCodec.Decode(request.Image.Span, ImageDecodeLimits.Default);
        }
        catch (InvalidImageException error)
        {
            throw Invalid("image", error.Message);
        }

        if (request.SampleCount > 64)
        {
            throw Invalid("sample_count", $"sample_count: {request.SampleCount} is not from 1 to 64");
        }

        bool fit = request.InputFit == InputFit.CropAndResize;
        ScaleInfo scale = model.Scales.FirstOrDefault(scale => request.Scale == scale.Scale)
            ?? model.Scales.FirstOrDefault(scale => request.Scale == 0 && (fit || scale.InputSize == image.Width))
            ?? throw Invalid("image", $"image: {image.Width}x{image.Height} is not an input size of fake-64 (16x16 for x4, 8x8 for x8)");
        int side = (int)scale.InputSize;
        return fit || (image.Width == side && image.Height == side)
            ? new FakeInput(MiddleSquare.Resized(image, side), scale)
            : throw Invalid("image", $"image: {image.Width}x{image.Height} is not {side}x{side}, the input size of x{scale.Scale}");
    }

    /// <summary>What a sample looks like at a resolution.</summary>
    public RgbImage Sample(ulong seed, int index, int resolution)
    {
        RgbImage sample = BicubicResizer.Resize(_image, resolution, resolution);
        byte tint = (byte)((seed * 31) + ((ulong)index * 17));
        for (int i = 0; i < sample.Pixels.Length; i += RgbImage.Channels)
        {
            sample.Pixels[i] ^= (byte)(tint & 0x3F);
        }

        return sample;
    }

    private static RpcException Invalid(string field, string message) => new Google.Rpc.Status
    {
        Code = (int)StatusCode.InvalidArgument,
        Message = message,
        Details = { Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = message } } }) },
    }.ToRpcException();
}
