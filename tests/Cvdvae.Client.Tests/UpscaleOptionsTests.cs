using System.Buffers.Binary;
using Cvdvae.FakeService;
using Cvdvae.Imaging;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf.Reflection;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class UpscaleOptionsTests : IDisposable
{
    private static readonly UpscaleOptions All = new()
    {
        Model = "fake-64@1.2",
        Samples = 3,
        Scale = 4,
        Seed = 77,
        EncoderTemperature = 0.25f,
        PriorTemperature = 0.5f,
        PixelSampling = PixelSampling.Mean,
        Consistency = true,
        Fit = InputFit.CropAndResize,
        PreviewFormat = ImageFormat.Jpeg,
        ResultFormat = ImageFormat.Webp,
        Quality = 70,
        PreviewResolutions = [4, 16],
        StopAt = 32,
        ReportGroups = true,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ToRequest_AllOptions_SetEveryFieldOfTheProtocol()
    {
        UpscaleRequest request = All.ToRequest(Inputs.Png(16));

        var expected = new UpscaleRequest
        {
            Model = "fake-64@1.2",
            Image = Google.Protobuf.ByteString.CopyFrom(Inputs.Png(16)),
            SampleCount = 3,
            Scale = 4,
            Seed = 77,
            EncoderTemperature = 0.25f,
            PriorTemperature = 0.5f,
            PixelSampling = PixelSampling.Mean,
            EnforceConsistency = true,
            InputFit = InputFit.CropAndResize,
            PreviewFormat = ImageFormat.Jpeg,
            ResultFormat = ImageFormat.Webp,
            Quality = 70,
            PreviewResolutions = { 4, 16 },
            StopAtResolution = 32,
            ReportGroups = true,
        };
        Assert.Equal(expected, request);
        foreach (FieldDescriptor field in UpscaleRequest.Descriptor.Fields.InDeclarationOrder())
        {
            object value = field.Accessor.GetValue(request);
            object unset = field.Accessor.GetValue(new UpscaleRequest());
            Assert.False(field.HasPresence ? !field.Accessor.HasValue(request) : value.Equals(unset), $"{field.Name}: no option sets it");
        }
    }

    [Fact]
    public void ToRequest_NothingSaid_LeavesTheServersOwn() =>
        Assert.Equal(new UpscaleRequest { Image = Google.Protobuf.ByteString.CopyFromUtf8("x"), SampleCount = 1 }, new UpscaleOptions().ToRequest("x"u8.ToArray()));

    [Theory]
    [InlineData(0.5f, null, null, 0.5f, 0.5f)]
    [InlineData(0.5f, 0.1f, null, 0.1f, 0.5f)]
    [InlineData(0.5f, null, 0.9f, 0.5f, 0.9f)]
    [InlineData(0.5f, 0f, 0.9f, 0f, 0.9f)]
    public void ToRequest_Temperature_SetsBothUnlessASpecialOneIsThere(float both, float? encoder, float? prior, float expectedEncoder, float expectedPrior)
    {
        UpscaleRequest request = new UpscaleOptions { Temperature = both, EncoderTemperature = encoder, PriorTemperature = prior }.ToRequest(default);

        Assert.Equal((expectedEncoder, expectedPrior), (request.EncoderTemperature, request.PriorTemperature));
    }

    [Fact]
    public async Task Upscale_PathBytesAndStream_SendTheSame()
    {
        byte[] image = Inputs.Png(16);
        await File.WriteAllBytesAsync(_folder["small.png"], image, TestContext.Current.CancellationToken);
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);
        using var stream = new MemoryStream(image);

        await client.UpscaleAsync(_folder["small.png"], All, stop: TestContext.Current.CancellationToken).EndAsync();
        await client.UpscaleAsync(image, All, stop: TestContext.Current.CancellationToken).EndAsync();
        await client.UpscaleAsync(stream, All, stop: TestContext.Current.CancellationToken).EndAsync();

        Assert.Equal(3, server.Upscaler.Requests.Count);
        Assert.All(server.Upscaler.Requests, request => Assert.Equal(All.ToRequest(image), request));
        Assert.True(stream.CanRead, "it is the caller's");
    }

    [Theory]
    [InlineData("Samples")]
    [InlineData("Scale")]
    [InlineData("Quality")]
    [InlineData("StopAt")]
    [InlineData("PreviewResolutions")]
    public void Upscale_NumberThatCantBeSent_IsRefusedByName(string option)
    {
        var options = new UpscaleOptions
        {
            Samples = option == "Samples" ? 0 : 1,
            Scale = option == "Scale" ? -1 : null,
            Quality = option == "Quality" ? -1 : null,
            StopAt = option == "StopAt" ? -1 : null,
            PreviewResolutions = option == "PreviewResolutions" ? [8, -1] : [],
        };
        using var client = new SuperResolutionClient("http://127.0.0.1:1");

        ArgumentException error = Assert.Throws<ArgumentException>(() => { client.UpscaleAsync(Inputs.Png(16), options, stop: TestContext.Current.CancellationToken); });

        Assert.Matches($"^{option}: (0|-1) is not 1 or more$", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Call_WithoutTime_IsRefusedBeforeItBegins(int seconds)
    {
        var settings = new CallSettings { Deadline = TimeSpan.FromSeconds(seconds) };
        using var client = new SuperResolutionClient("http://127.0.0.1:1");
        CancellationToken stop = TestContext.Current.CancellationToken;

        ArgumentException upscale = await Assert.ThrowsAsync<ArgumentException>(() => client.UpscaleAsync(Inputs.Png(16), settings: settings, stop: stop).EndAsync());
        ArgumentException list = await Assert.ThrowsAsync<ArgumentException>(() => client.ListModelsAsync(settings, stop));

        Assert.Matches("^Deadline: .* is not above 0$", upscale.Message);
        Assert.Equal(upscale.Message, list.Message);
    }

    [Fact]
    public void Events_Printed_ShowTheirLists()
    {
        var timings = new ServerTimings(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(4), default, default, [(4, TimeSpan.FromMilliseconds(1)), (8, TimeSpan.FromMilliseconds(2))]);

        string completed = new CompletedEvent(8, CompletionReason.Finished, timings).ToString();
        string started = new StartedEvent
        {
            RequestId = "r",
            Model = "m@1",
            Scale = 4,
            InputSize = 2,
            OutputSize = 8,
            GroupCount = 3,
            ConditionedGroupCount = 2,
            Resolutions = [4, 8],
            Seed = 7,
        }.ToString();

        Assert.Contains("Resolutions = [(4, 00:00:00.0010000), (8, 00:00:00.0020000)]", completed, StringComparison.Ordinal);
        Assert.Contains("Resolutions = [4, 8], Seed = 7", started, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_NoSuchFile_SaysSo()
    {
        using var client = new SuperResolutionClient("http://127.0.0.1:1");

        FileNotFoundException error = await Assert.ThrowsAsync<FileNotFoundException>(() => client.UpscaleAsync(_folder["none.png"], stop: TestContext.Current.CancellationToken).EndAsync());

        Assert.Contains("none.png", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    public async Task Save_Encoded_WritesTheBytesAsTheyCame(ImageFormat format)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);
        var options = new UpscaleOptions { ResultFormat = format };
        List<UpscaleEvent> events = await client.UpscaleAsync(Inputs.Png(16), options, stop: TestContext.Current.CancellationToken).EndAsync();
        EncodedImage image = events.OfType<ResultEvent>().Single().Image;
        await File.WriteAllTextAsync(_folder["saved"], new string('x', 1 << 20), TestContext.Current.CancellationToken);

        await image.SaveAsync(_folder["saved"], TestContext.Current.CancellationToken);

        Assert.Equal(image.Data.ToArray(), await File.ReadAllBytesAsync(_folder["saved"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Save_Raw_WritesAPngOfTheSamePixels()
    {
        byte[] pixels = [.. Enumerable.Range(0, 5 * 3 * 3).Select(index => (byte)(index * 11))];

        await new EncodedImage(pixels, ImageFormat.RawRgb, 5, 3).SaveAsync(_folder["saved.png"], TestContext.Current.CancellationToken);

        byte[] file = await File.ReadAllBytesAsync(_folder["saved.png"], TestContext.Current.CancellationToken);
        RgbImage read = ImageCodec.Decode(file, ImageDecodeLimits.Default);
        Assert.Equal((5, 3), (read.Width, read.Height));
        Assert.Equal(pixels, read.Pixels);
        Assert.Equal(0xAE426082u, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(^4))); // the checksum of every PNG's end
    }

    [Fact]
    public async Task Save_RawOfAnotherSize_IsRefused()
    {
        var image = new EncodedImage(new byte[7], ImageFormat.RawRgb, 2, 1);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => image.SaveAsync(_folder["saved.png"], TestContext.Current.CancellationToken));

        Assert.Contains("7 bytes, which is not 2x1 pixels", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["saved.png"]));
    }
}
