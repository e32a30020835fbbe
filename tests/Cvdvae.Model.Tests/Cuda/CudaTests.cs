using Cvdvae.Model.Decoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Tests.Verification;
using Cvdvae.Model.Verification;
using Cvdvae.TestUtils;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Cuda;

/// <summary>A graphics card gives what the official programs and the CPU give.</summary>
public sealed class CudaTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tiny", "tiny-srvdvae.ckpt")]
    [InlineData("tinylegacy", "tinylegacy-vdvae.th")]
    public void Run_OfficialNumbers_AreEqual(string name, string priorFile)
    {
        Device card = Card();
        using var model = new ReferenceModel(name, priorFile);
        model.Prior.to(card);
        model.Encoder.to(card);

        IReadOnlyList<TensorComparison> comparisons = new ReferenceVerifier(model.Prior, model.Encoder, model.Reference, ReferenceVerifierTests.Tolerance).Run();

        foreach (TensorComparison comparison in comparisons)
        {
            output.WriteLine($"{comparison.Name}: {comparison.RelativeError:E2} {comparison.ShareOff}");
        }

        Assert.All(comparisons, comparison => Assert.True(comparison.Passed, $"{comparison.Name}: {comparison.RelativeError:E2}"));
    }

    [Fact]
    public void Advance_RowsOfAllKinds_EqualThoseOfTheCpuAndThemselvesAlone()
    {
        Device card = Card();
        using var there = new TinyModel();
        using var here = new TinyModel(card);
        IReadOnlyList<DecodeRow> rows = here.MixedRows();

        using Tensor expected = there.Decode(there.MixedRows());
        using Tensor together = here.Decode(rows);

        Assert.Equal(DeviceType.CUDA, together.device_type);
        using Tensor local = together.cpu();
        TensorAssert.Close(expected, local, 1e-4);
        for (int row = 0; row < rows.Count; row++)
        {
            using Tensor alone = here.Decode([rows[row]]);
            using Tensor inBatch = together.narrow(0, row, 1);
            TensorAssert.Close(alone, inBatch, 1e-4);
        }
    }

    [Theory]
    [InlineData(PixelSampling.Sample)]
    [InlineData(PixelSampling.Mode)]
    [InlineData(PixelSampling.Mean)]
    public void Images_SameParameters_AreThoseOfTheCpu(PixelSampling sampling)
    {
        Device card = Card();
        using Tensor parameters = TinyModel.Random(5, 2, 30, 64, 64);
        using Tensor there = parameters.to(card);
        DecodeRow[] rows = [new DecodeRow(1, 0, 1, 1), new DecodeRow(2, 7, 1, 1)];
        var pixels = new PixelOutput(TinyModel.GroupCount);

        using Tensor expected = pixels.Images(parameters, rows, sampling, TinyModel.Noise);
        using Tensor images = pixels.Images(there, rows, sampling, TinyModel.Noise);
        using Tensor local = images.cpu();

        long off = expected.bytes.ToArray().Zip(local.bytes.ToArray()).LongCount(pair => pair.First != pair.Second);
        Assert.True(off * 1000 <= expected.numel(), $"{off} of {expected.numel()} values differ");
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 0.1)]
    [InlineData(ScalarType.Float16, 0.02)]
    public void Advance_HalfPrecision_StaysNearFloat32(ScalarType precision, double tolerance)
    {
        Device card = Card();
        using var reference = new TinyModel(card);
        using var half = new TinyModel(card, precision);

        using Tensor expected = reference.Decode(reference.MixedRows());
        using Tensor actual = half.Decode(half.MixedRows());

        Assert.Equal(precision, actual.dtype);
        TensorAssert.Close(expected, actual, tolerance);
    }

    [Theory]
    [InlineData(1000)] // made by the processor
    [InlineData(100_001)]
    public void Noise_OnCard_IsThatOfTheProcessor(int length)
    {
        Device card = Card();
        NoiseStream[] streams = [new(7, 3, 42), new(ulong.MaxValue, uint.MaxValue, 66)];
        using DisposeScope scope = NewDisposeScope();
        Tensor normals = TinyModel.Noise.Normals(streams, length, card);
        Tensor uniforms = TinyModel.Noise.Uniforms(streams, length, card);

        Assert.Equal(DeviceType.CUDA, normals.device_type);
        Assert.InRange(normals.cpu().sub(TinyModel.Noise.Normals(streams, length, CPU)).abs().amax([0L, 1L]).item<float>(), 0, 4e-6f);
        TensorAssert.Close(TinyModel.Noise.Uniforms(streams, length, CPU), uniforms.cpu(), 1e-7);
    }

    [Fact]
    public void Freeze_Model_DecodesTheSame()
    {
        Device card = Card();
        using var model = new TinyModel(card);
        IReadOnlyList<DecodeRow> rows = model.MixedRows();
        using Tensor expected = model.Decode(rows);

        model.Decoder.Freeze();
        model.Twice.Freeze();
        model.FourTimes.Freeze();

        using Tensor actual = model.Decode(model.MixedRows());
        TensorAssert.Close(expected, actual, 1e-4);
        Assert.All(model.Decoder.modules().OfType<Block>().SelectMany(block => block.parameters()), parameter => Assert.Equal(0, parameter.numel()));
    }

    [Fact]
    public void Finish_AfterLongWork_WaitsForIt()
    {
        Device card = Card();
        using DisposeScope scope = NewDisposeScope();
        Tensor factor = rand([4096, 4096], device: card);
        factor.mm(factor); // the first one loads a library
        TorchRuntime.Finish(card);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int product = 0; product < 50; product++)
        {
            factor.mm(factor);
        }

        TimeSpan given = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        TorchRuntime.Finish(card);
        TimeSpan done = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        output.WriteLine($"given after {given.TotalMilliseconds} ms, done after {done.TotalMilliseconds} ms");

        // 7 TFLOP: no card does that in the time that it takes to ask for it.
        Assert.True(done > 2 * given, $"given after {given.TotalMilliseconds} ms, done after {done.TotalMilliseconds} ms");
    }

    private static Device Card()
    {
        Assert.SkipUnless(TorchRuntime.CudaDevices > 0, GraphicsCard.Reason);
        return InferenceOptions.ParseDevice("cuda");
    }
}
