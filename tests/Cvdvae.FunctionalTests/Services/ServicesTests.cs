using Cvdvae.Client;
using Cvdvae.FunctionalTests.OutsideClients;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

public sealed class ServicesTests(TinyServices services) : IClassFixture<TinyServices>, IDisposable
{
    public void Dispose()
    {
        services.Whole.ReportFailure();
        services.Staged.ReportFailure();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upscale_ReferenceModelAtTemperatureZero_GivesTheOfficialPixels(bool staged)
    {
        ServiceGroup group = staged ? services.Staged : services.Whole;
        byte[] pixels = await TinyServices.PixelsAsync(group, TinyServices.Request(1, PixelSampling.Mode, temperature: 0));

        byte[] expected = TinyReference.ModeAtTemperatureZero();
        Assert.Equal(expected.Length, pixels.Length);
        Assert.True(Largest(expected, pixels) <= 1);
        Assert.True(Different(expected, pixels) <= expected.Length / 1000);
    }

    [Theory]
    [InlineData(PixelSampling.Sample)]
    [InlineData(PixelSampling.Mode)]
    public async Task Upscale_AloneAmongOthersAndSplit_GivesTheSameImages(PixelSampling sampling)
    {
        UpscaleRequest request = TinyServices.Request(4, sampling);
        byte[] alone = await TinyServices.PixelsAsync(services.Whole, request);
        Task<byte[]>[] crowd = [.. Enumerable.Range(0, 17).Select(index =>
            TinyServices.PixelsAsync(services.Whole, index == 8 ? request : TinyServices.Request(3, PixelSampling.Sample, seed: (ulong)index + 100)))];
        byte[] among = (await Task.WhenAll(crowd))[8];
        byte[] split = await TinyServices.PixelsAsync(services.Staged, request);

        foreach (byte[] other in (byte[][])[among, split])
        {
            Assert.Equal(alone.Length, other.Length);
            Assert.True(Different(alone, other) <= alone.Length / 1000);
            Assert.True(sampling == PixelSampling.Sample || Largest(alone, other) <= 1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upscale_FourSamples_SendsEventsInTheOrderOfTheContract(bool staged)
    {
        IReadOnlyList<UpscaleEvent> events = await TinyServices.CallAsync(staged ? services.Staged : services.Whole, TinyServices.Request(4, PixelSampling.Sample));

        StartedEvent started = Assert.IsType<StartedEvent>(events[0]);
        Assert.Equal("tiny@1", started.Model);
        int[] below = [.. started.Resolutions.Where(resolution => resolution < TinyModel.OutputSize)];
        for (int sample = 0; sample < 4; sample++)
        {
            int[] previews = [.. events.OfType<PreviewEvent>().Where(preview => preview.SampleIndex == sample).Select(preview => preview.Resolution)];
            Assert.Equal(below, previews);
            Assert.Single(events.OfType<ResultEvent>(), result => result.SampleIndex == sample);
        }

        CompletedEvent completed = Assert.IsType<CompletedEvent>(events[^1]);
        Assert.Equal((TinyModel.OutputSize, CompletionReason.Finished), (completed.ReachedResolution, completed.Reason));
    }

    [Fact]
    public async Task Upscale_StopAtResolution_GivesTheSmallResult()
    {
        UpscaleRequest request = TinyServices.Request(2, PixelSampling.Mode);
        request.StopAtResolution = 8;
        IReadOnlyList<UpscaleEvent> events = await TinyServices.CallAsync(services.Staged, request);

        Assert.All(events.OfType<ResultEvent>(), result => Assert.Equal((8, 8), (result.Image.Width, result.Image.Height)));
        Assert.Equal(2, events.OfType<ResultEvent>().Count());
        Assert.Equal(CompletionReason.StoppedAtResolution, events.OfType<CompletedEvent>().Single().Reason);
    }

    [Fact]
    public async Task Upscale_BadInput_IsRefusedAndTheServicesGoOn()
    {
        await RefusedAsync(StatusCode.InvalidArgument, request => request.Image = ByteString.Empty);
        await RefusedAsync(StatusCode.InvalidArgument, request => request.Image = ByteString.CopyFromUtf8("no picture"));
        await RefusedAsync(StatusCode.InvalidArgument, request => request.Image = ByteString.CopyFrom(TinyReference.Input()[..40]));
        await RefusedAsync(StatusCode.NotFound, request => request.Model = "none");
        await RefusedAsync(StatusCode.InvalidArgument, request => request.EncoderTemperature = float.NaN);
        await RefusedAsync(StatusCode.InvalidArgument, request => request.PriorTemperature = -1);
        await RefusedAsync(StatusCode.InvalidArgument, request => request.SampleCount = 10_000);
        await RefusedAsync(StatusCode.InvalidArgument, request => request.Scale = 3);
        await RefusedAsync(StatusCode.ResourceExhausted, request => request.Image = ByteString.CopyFrom(new byte[64 << 20]));

        Assert.Contains(await TinyServices.CallAsync(services.Whole, TinyServices.Request(1, PixelSampling.Mode)), next => next is CompletedEvent);
    }

    [Fact]
    public async Task EmbeddedModel_OutsideClients_SeeEveryEvent()
    {
        string image = Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png");
        await using ServiceGroup group = await ServiceGroup.StartAsync(new ServicesOptions { Models = Path.Combine(BuildOutput.Root, "models") });
        foreach (OutsideReport report in (OutsideReport[])[await OutsideClient.PythonAsync(group.Gateway.Grpc, image, 4), await OutsideClient.NodeAsync(group.Gateway.Grpc, image, 4)])
        {
            Assert.StartsWith("toonhead-64@", report.Model, StringComparison.Ordinal);
            Assert.Equal([1, 4, 8, 16, 32, 64], report.Resolutions);
            Assert.Equal(4 * 5, report.Previews);
            Assert.Equal(4, report.Results.Length);
        }

        Assert.All(await group.StopAsync(), status => Assert.Equal(0, status));
    }

    private async Task RefusedAsync(StatusCode status, Action<UpscaleRequest> change)
    {
        UpscaleRequest request = TinyServices.Request(1, PixelSampling.Mode);
        change(request);
        SuperResolutionException error = await Assert.ThrowsAnyAsync<SuperResolutionException>(() => TinyServices.CallAsync(services.Whole, request));
        Assert.Equal(status, error.Status);
    }

    private static int Largest(byte[] first, byte[] second) => first.Zip(second, (a, b) => Math.Abs(a - b)).Max();

    private static int Different(byte[] first, byte[] second) => first.Zip(second, (a, b) => a != b).Count(differs => differs);
}
