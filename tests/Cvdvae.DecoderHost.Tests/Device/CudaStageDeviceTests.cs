using Cvdvae.DecoderHost.Device;
using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.DecoderHost.Tests.Device;

/// <summary>The steps on a graphics card.</summary>
[Collection(ProcessWide.Name)]
public sealed class CudaStageDeviceTests : IDisposable
{
    private readonly TorchStageDevice _device = new(new PhiloxNoise());
    private readonly TemporaryFolder _temporary = new();
    private readonly ModelFolder _folder;
    private readonly torch.Device _card;

    public CudaStageDeviceTests()
    {
        Assert.SkipUnless(TorchRuntime.CudaDevices > 0, GraphicsCard.Reason);
        _card = InferenceOptions.ParseDevice("cuda");
        _folder = SmallModel.CreateFolder(_temporary.File("small"));
    }

    [Theory]
    [InlineData(ModelSampling.Sample)]
    [InlineData(ModelSampling.Mode)]
    public void Run_AllSteps_GivesTheImagesOfTheCpu(ModelSampling sampling)
    {
        using LoadedDecoder here = Load(InferenceOptions.Default);
        using LoadedDecoder there = Load(new InferenceOptions(_card, ScalarType.Float32));

        byte[] expected = Images(here, sampling);
        byte[] actual = Images(there, sampling);

        LevelAssert.SameDraw(expected, actual);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 6)]
    [InlineData(ScalarType.Float16, 1)]
    public void Run_HalfPrecision_StaysWithinSomeLevels(ScalarType precision, double levels)
    {
        using LoadedDecoder full = Load(new InferenceOptions(_card, ScalarType.Float32));
        using LoadedDecoder half = Load(new InferenceOptions(_card, precision));

        byte[] expected = Images(full, ModelSampling.Mean);
        byte[] actual = Images(half, ModelSampling.Mean);

        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (one, other) => Math.Abs(one - other)).Average(), 0, levels);
    }

    [Fact]
    public void Run_CardIsFull_IsOutOfMemoryAndWorksWhenThereIsSomeAgain()
    {
        using LoadedDecoder model = Load(new InferenceOptions(_card, ScalarType.Float32));
        byte[] expected = Images(model, ModelSampling.Sample);
        using var request = new DeviceRequest(model, 2, 5, 6);
        request.Run(_device, 0, 3);

        List<Tensor> rest = FillCard();
        var error = Assert.Throws<OutOfDeviceMemoryException>(() => _device.Run(model.Plan, 3, request.Rows, sharers: 1));
        rest.ForEach(block => block.Dispose());

        Assert.Contains("CUDA out of memory", error.Message, StringComparison.Ordinal);
        request.Run(_device, 3, model.Plan.Steps.Count);
        _device.Release(request.Rows);
        LevelAssert.SameDraw(expected, ImagesOf(request.Sink));
    }

    [Fact]
    public void WarmUp_Model_MeasuresWholeSteps()
    {
        using LoadedDecoder model = Load(new InferenceOptions(_card, ScalarType.Float32));
        var measured = new List<TimeSpan>();

        DecoderWarmUp.Run(model, (_, time) => measured.Add(time), TestContext.Current.CancellationToken);

        Assert.Equal(model.Plan.Steps.Count, measured.Count);
        Assert.All(measured, time => Assert.True(time > TimeSpan.Zero));
    }

    public void Dispose() => _temporary.Dispose();

    private LoadedDecoder Load(InferenceOptions options) =>
        LoadedDecoder.Load(_folder, ModelStage.Of(_folder.Prior, StageRange.All, hasNext: false), options, TensorType.Float32);

    /// <summary>All previews and results of six samples.</summary>
    private byte[] Images(LoadedDecoder model, ModelSampling sampling)
    {
        using var request = new DeviceRequest(model, 2, 5, 6, sampling: sampling);
        request.Run(_device, 0, model.Plan.Steps.Count);
        _device.Release(request.Rows);
        return ImagesOf(request.Sink);
    }

    private static byte[] ImagesOf(RecordingSink sink) => [.. sink.Frames.OrderBy(frame => frame.Key).SelectMany(frame => frame.Value.Data.ToArray())];

    /// <summary>Takes all of the card's memory, to the last block that its allocator gives.</summary>
    private List<Tensor> FillCard()
    {
        var blocks = new List<Tensor>();
        for (long bytes = 1L << 37; bytes >= 512; bytes /= 2)
        {
            while (true)
            {
                try
                {
                    blocks.Add(empty([bytes], dtype: ScalarType.Byte, device: _card));
                }
                catch (Exception error) when (OutOfMemory.Is(error))
                {
                    break;
                }
            }
        }

        return blocks;
    }
}
