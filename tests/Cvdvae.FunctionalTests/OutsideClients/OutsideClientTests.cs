using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.FunctionalTests.OutsideClients;

/// <summary>The outside clients themselves, against a fake server: that they take what is right and refuse what is not.</summary>
public sealed class OutsideClientTests
{
    private static string Image { get; } = Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png");

    [Fact]
    public async Task Python_FourSamples_SeesEveryEvent()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        Check(await OutsideClient.PythonAsync(server.Address, Image, 4));
    }

    [Fact]
    public async Task Node_FourSamples_SeesEveryEvent()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        Check(await OutsideClient.NodeAsync(server.Address, Image, 4));
    }

    [Fact]
    public async Task Python_MissingResolution_Fails()
    {
        await using FakeServer server = await FakeServer.StartAsync(Incomplete());
        Assert.Contains("not every resolution was previewed", await FailureAsync(() => OutsideClient.PythonAsync(server.Address, Image, 4)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_MissingResolution_Fails()
    {
        await using FakeServer server = await FakeServer.StartAsync(Incomplete());
        Assert.Contains("not every resolution was previewed", await FailureAsync(() => OutsideClient.NodeAsync(server.Address, Image, 4)), StringComparison.Ordinal);
    }

    private static void Check(OutsideReport report)
    {
        Assert.Equal("fake-64@1.2", report.Model);
        Assert.Equal([1, 4, 8, 16, 32, 64], report.Resolutions);
        Assert.Equal(4 * 5, report.Previews);
        Assert.Equal([41.5, 41.5, 41.5, 41.5], report.Results);
    }

    /// <summary>A server that leaves a resolution out.</summary>
    private static FakeUpscaler Incomplete()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = (request, events, context) =>
        {
            UpscaleRequest less = request.Clone();
            less.PreviewResolutions.AddRange([1, 4, 16, 32]);
            return upscaler.AnswerAsync(less, events, context);
        };
        return upscaler;
    }

    private static async Task<string> FailureAsync(Func<Task<OutsideReport>> run) => (await Assert.ThrowsAsync<Xunit.Sdk.TrueException>(run)).Message;
}
