using Cvdvae.FunctionalTests.Processes;
using Cvdvae.Model.Runtime;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>Encoder and decoder on a graphics card, as processes.</summary>
public sealed class CudaServicesTests
{
    private static readonly Dictionary<string, string> OnCard = new() { ["Torch:Device"] = "cuda" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upscale_ReferenceModel_GivesTheOfficialPixelsAndTheSameAloneAndAmongOthers(bool staged)
    {
        Assert.SkipUnless(TorchRuntime.CudaDevices > 0, GraphicsCard.Reason);
        using var models = new TemporaryFolder();
        TinyModel.CreateFolder(models["tiny"]);
        await using ServiceGroup group = await ServiceGroup.StartAsync(new ServicesOptions { Models = models[""], Settings = OnCard, Stages = staged ? ["1-8", "16-32"] : [] });

        byte[] pixels = await TinyServices.PixelsAsync(group, TinyServices.Request(1, PixelSampling.Mode, temperature: 0));
        UpscaleRequest request = TinyServices.Request(4, PixelSampling.Sample);
        byte[] alone = await TinyServices.PixelsAsync(group, request);
        byte[] among = (await Task.WhenAll(Enumerable.Range(0, 17).Select(index =>
            TinyServices.PixelsAsync(group, index == 8 ? request : TinyServices.Request(3, PixelSampling.Sample, seed: (ulong)index + 100)))))[8];

        SamePixels(TinyReference.ModeAtTemperatureZero(), pixels);
        SamePixels(alone, among);
    }

    [Fact]
    public async Task Upscale_EmbeddedModel_GivesTheImagesOfTheCpu()
    {
        Assert.SkipUnless(TorchRuntime.CudaDevices > 0, GraphicsCard.Reason);
        UpscaleRequest request = EmbeddedServices.Request(4, seed: 3);
        var images = new List<byte[]>();
        foreach (Dictionary<string, string> settings in (Dictionary<string, string>[])[[], OnCard])
        {
            await using ServiceGroup group = await ServiceGroup.StartAsync(new ServicesOptions { Models = Path.Combine(BuildOutput.Root, "models"), Settings = settings });
            images.Add(await TinyServices.PixelsAsync(group, request));
        }

        SamePixels(images[0], images[1]);
    }

    private static void SamePixels(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int different = expected.Zip(actual, (one, other) => one != other).Count(differs => differs);
        Assert.True(different * 1000 <= expected.Length, $"{different} of {expected.Length} values differ");
    }
}
