using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.Imaging;
using Cvdvae.Imaging.Tests;
using Cvdvae.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Upscaling;

public sealed class InvalidRequestTests : IAsyncLifetime
{
    private FakeDecoder _decoder = null!;
    private TestGateway _gateway = null!;

    public static TheoryData<string, string> BadImages => new()
    {
        { "empty", "image: The image is empty" },
        { "garbage", "unknown format" },
        { "truncated", "truncated" },
        { "bomb", "30000x30000 pixels; at most 4096x4096" },
        { "wrong", "image: '17x16 pixels' is not accepted; accepted: 16x16 (scale 4) or 8x8 (scale 8)" },
        { "animated", "animation" },
    };

    public async ValueTask InitializeAsync()
    {
        _decoder = await FakeDecoder.StartAsync();
        _gateway = await TestGateway.StartAsync(_decoder);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _decoder.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(BadImages))]
    public async Task Upscale_BadImage_IsInvalidArgument(string kind, string message)
    {
        byte[] png = TestInput.Png(16).ToByteArray();
        UpscaleRequest request = TestGateway.Request();
        request.Image = ByteString.CopyFrom(kind switch
        {
            "empty" => [],
            "garbage" => [.. Enumerable.Range(0, 999).Select(value => (byte)(value * 7))],
            "truncated" => png[..(png.Length / 2)],
            "bomb" => PngBuilder.HeaderOf(30_000, 30_000),
            "animated" => SampleFiles.AnimatedWebp,
            _ => TestInput.Png(17, 16).ToByteArray(),
        });
        request.InputFit = kind == "animated" ? InputFit.CropAndResize : InputFit.Exact;

        RpcException error = await _gateway.FailAsync(request);

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains(message, error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("image", error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
        Assert.Empty(_decoder.Requests);
        Assert.NotNull((await _gateway.UpscaleAsync(TestGateway.Request()))[^1].Completed);
    }

    [Fact]
    public async Task Upscale_EveryKindOfImage_IsReadAsTheCodecReadsIt()
    {
        RgbImage picture = TestImages.Gradient(16, 16);
        byte[] grey = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        byte[] palette = [.. grey.SelectMany(level => new byte[] { level, 0, (byte)(255 - level) })];
        Dictionary<string, byte[]> files = new()
        {
            ["png"] = PngBuilder.Of(picture),
            ["interlaced"] = PngBuilder.Interlaced(picture),
            ["grey"] = PngBuilder.Build(16, 16, 8, PngBuilder.Grey, [.. grey.Chunk(16)]),
            ["palette"] = PngBuilder.Build(16, 16, 8, PngBuilder.Palette, [.. grey.Chunk(16)], false, ("PLTE", palette)),
            ["alpha"] = PngBuilder.Build(16, 16, 8, PngBuilder.Rgba, [.. Enumerable.Repeat(grey[..64], 16)]),
            ["deep"] = PngBuilder.Build(16, 16, 16, PngBuilder.Rgb, [.. Enumerable.Repeat(grey[..96], 16)]),
            ["progressive"] = SampleFiles.ProgressiveJpeg,
            ["jpeg"] = ImageCodec.Encode(picture, ImageEncoding.Jpeg, 95),
            ["webp"] = ImageCodec.Encode(picture, ImageEncoding.Webp, 95),
        };
        foreach ((string kind, byte[] file) in files)
        {
            UpscaleRequest request = TestGateway.Request();
            request.Image = ByteString.CopyFrom(file);

            await _gateway.UpscaleAsync(request);

            byte[] expected = ImageCodec.Decode(file, ImageDecodeLimits.Default).Pixels;
            Assert.True(expected.SequenceEqual(_decoder.Requests.Last().Image.Data.ToByteArray()), kind);
        }
    }

    [Fact]
    public async Task Upscale_CropAndResize_TakesTheMiddleSquare()
    {
        UpscaleRequest request = TestGateway.Request();
        (request.InputFit, request.Image) = (InputFit.CropAndResize, ByteString.CopyFrom(SampleFiles.CmykJpeg));

        await _gateway.UpscaleAsync(request);

        // 16x8 becomes 8x8.
        DecodeRequest sent = _decoder.Requests.Last();
        Assert.Equal((8u, 8u), (sent.Scale, sent.Image.Shape[0]));
        Assert.Equal(ImageCodec.Decode(SampleFiles.CmykJpeg, ImageDecodeLimits.Default).Crop(4, 0, 8, 8).Pixels, sent.Image.Data.ToByteArray());
    }

    [Fact]
    public async Task Upscale_CropAndResizeOfALargerImage_ShrinksIt()
    {
        RgbImage picture = TestImages.Gradient(100, 60);
        UpscaleRequest request = TestGateway.Request();
        request.InputFit = InputFit.CropAndResize;
        request.Image = ByteString.CopyFrom(ImageCodec.Encode(picture, ImageEncoding.Png, 90));

        await _gateway.UpscaleAsync(request);

        RgbImage expected = BicubicResizer.Resize(picture.Crop(20, 0, 60, 60), 16, 16);
        Assert.Equal(expected.Pixels, _decoder.Requests.Last().Image.Data.ToByteArray());
    }

    [Fact]
    public async Task Upscale_TooManyBytesInTheImage_IsInvalidArgument()
    {
        UpscaleRequest request = TestGateway.Request();
        request.Image = ByteString.CopyFrom(new byte[(16 << 20) + 1]);

        RpcException error = await _gateway.FailAsync(request);

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("at most 16777216", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_MessageOf64Megabytes_IsRefusedByTheTransport()
    {
        UpscaleRequest request = TestGateway.Request();
        request.Image = ByteString.CopyFrom(new byte[64 << 20]);

        RpcException error = await _gateway.FailAsync(request);

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.NotNull((await _gateway.UpscaleAsync(TestGateway.Request()))[^1].Completed);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("faces@2")]
    [InlineData("@1")]
    public async Task Upscale_UnknownModel_IsNotFoundAndListsWhatThereIs(string model)
    {
        UpscaleRequest request = TestGateway.Request();
        request.Model = model;

        RpcException error = await _gateway.FailAsync(request);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Contains("faces@1", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_RequestId_IsTakenOver()
    {
        List<UpscaleResponse> events = await _gateway.UpscaleAsync(TestGateway.Request(), headers: new Metadata { { "x-request-id", "abc-1" } });

        Assert.Equal("abc-1", events[0].Started.RequestId);
        Assert.Equal(("abc-1", "abc-1"), (_decoder.Requests.Last().RequestId, _decoder.RequestIds.Last()));
    }

    [Fact]
    public async Task Upscale_BadRequestId_IsInvalidArgument()
    {
        RpcException error = await _gateway.FailAsync(TestGateway.Request(), headers: new Metadata { { "x-request-id", "a b" } });

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("x-request-id", error.Status.Detail, StringComparison.Ordinal);
    }
}
