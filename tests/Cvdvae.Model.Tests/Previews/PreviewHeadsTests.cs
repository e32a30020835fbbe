using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

public sealed class PreviewHeadsTests : IDisposable
{
    private static readonly Dictionary<int, int> Widths = new() { [1] = 12, [4] = 12, [8] = 8 };
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Images_OnePixel_EqualTheMapByHand()
    {
        float[] features = [1, -2, 0.5f, 4, 0, 0, 0, 1];
        float[,] weight = new float[3, 8];
        (weight[0, 0], weight[0, 1], weight[1, 3], weight[2, 7]) = (0.25f, 0.125f, -1, 0.5f);
        using PreviewHeads heads = Heads(tensor(weight), tensor([0.1f, 0, 1]));
        Tensor map = zeros(1, 8, 8, 8);
        map[0, .., 2, 5] = tensor(features);

        Tensor images = heads.Images(map);

        // (0.25 - 0.25 + 0.1 + 1) * 127.5 = 140.25; -4 is below black; 0.5 + 1 is above white. Elsewhere the bias: 127.5 rounds to even.
        Assert.Equal([1, 8, 8, 3], images.shape);
        Assert.Equal(ScalarType.Byte, images.dtype);
        Assert.Equal([140, 0, 255], images[0, 2, 5].bytes.ToArray());
        Assert.Equal([140, 128, 255], images[0, 0, 0].bytes.ToArray());
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Images_HalfPrecisionFeatures_AreComputedInSinglePrecision(ScalarType type)
    {
        using PreviewHeads heads = Random();
        Tensor features = randn([3, 8, 8, 8]).to(type);

        Assert.Equal(Bytes(heads.Images(features.to(ScalarType.Float32))), Bytes(heads.Images(features)));
    }

    [Fact]
    public void Images_ChannelsLastOrFirst_AreTheSame()
    {
        using PreviewHeads heads = Random();
        Tensor first = randn([2, 12, 4, 4]);
        Tensor last = first.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        Tensor difference = heads.Images(first).to(ScalarType.Int32) - heads.Images(last).to(ScalarType.Int32);

        Assert.True(difference.abs().max().item<int>() <= 1);
    }

    [Theory]
    [InlineData(8, 16)]
    [InlineData(12, 8)]
    public void Images_OtherFeatures_NameTheShape(int width, int resolution)
    {
        using PreviewHeads heads = Random();

        ArgumentException error = Assert.Throws<ArgumentException>(() => heads.Images(zeros(1, width, resolution, resolution)));

        Assert.Contains($"(1, {width}, {resolution}, {resolution})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_ManyCalls_LeaveNoTensor()
    {
        using PreviewHeads heads = Random();
        Tensor features = randn([1, 8, 8, 8]);
        heads.Images(features).Dispose();
        long before = LiveTensors.OnThisThread;

        heads.Images(features).Dispose();

        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    [Fact]
    public void Load_WhatWasWritten_IsTheSame()
    {
        using PreviewHeads written = Random();
        written.Write(_path);

        using PreviewHeads read = PreviewHeads.Load(_path, TinyPrior.Architecture);

        Assert.Equal(written.Resolutions, read.Resolutions);
        Assert.Equal(written.Record.PsnrDb, read.Record.PsnrDb);
        Assert.Equal(written.Record with { PsnrDb = read.Record.PsnrDb }, read.Record);
        foreach ((int resolution, int width) in Widths)
        {
            Tensor features = randn([2, width, resolution, resolution]);
            Assert.Equal(Bytes(written.Images(features)), Bytes(read.Images(features)));
        }
    }

    [Fact]
    public void Write_Heads_HasTheNamesAndShapesOfTheFormat()
    {
        using PreviewHeads heads = Random();
        heads.Write(_path);

        using SafetensorsFile file = SafetensorsFile.Open(_path);

        Assert.Equal(
            ["head.1.bias (3)", "head.1.weight (3, 12)", "head.4.bias (3)", "head.4.weight (3, 12)", "head.8.bias (3)", "head.8.weight (3, 8)"],
            file.Entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => $"{entry.Name} {entry.ShapeText}"));
        Assert.Equal("20.500", file.Metadata["head.4.psnr_db"]);
        Assert.Equal("mode", file.Metadata["pixel_sampling"]);
    }

    [Fact]
    public void Load_ForAStage_ReadsOnlyItsResolutions()
    {
        using PreviewHeads all = Random();
        using ITensorSource stageOnly = new TensorSubset(Written(all), name => name.StartsWith("head.8.", StringComparison.Ordinal) ? name : null);

        using PreviewHeads heads = PreviewHeads.Load(stageOnly, TinyPrior.Architecture, [8, 16]);

        Assert.Equal([8], heads.Resolutions);
        Assert.Equal([8], heads.Record.PsnrDb.Keys);
    }

    [Fact]
    public void Load_LastStage_HasNoHeads()
    {
        using PreviewHeads all = Random();

        using PreviewHeads heads = PreviewHeads.Load(Written(all), TinyPrior.Architecture, [16]);

        Assert.Empty(heads.Resolutions);
    }

    [Fact]
    public void Load_ResolutionOfNoGroup_IsRefused()
    {
        using PreviewHeads all = Random();

        Assert.Throws<ArgumentException>(() => PreviewHeads.Load(Written(all), TinyPrior.Architecture, [2]));
    }

    [Fact]
    public void To_Cpu_KeepsTheHeads()
    {
        using PreviewHeads heads = Random();
        Tensor features = randn([1, 8, 8, 8]);
        Tensor before = heads.Images(features);

        PreviewHeads moved = heads.To(CPU);

        Assert.Same(heads, moved);
        Assert.Equal(Bytes(before), Bytes(moved.Images(features)));
    }

    [Theory]
    [InlineData("head.4.weight")]
    [InlineData("head.1.bias")]
    public void Load_TensorMissing_NamesIt(string missing) => AssertRefused(Tensors().Where(entry => entry.Key != missing), Metadata(), missing);

    [Fact]
    public void Load_WrongShape_NamesTheTensorAndBothShapes() =>
        AssertRefused(With("head.8.weight", zeros(3, 9)), Metadata(), "head.8.weight", "(3, 9)", "(3, 8)");

    [Fact]
    public void Load_WrongType_NamesTheTensor() =>
        AssertRefused(With("head.8.bias", zeros(3, dtype: ScalarType.Int64)), Metadata(), "head.8.bias", "I64", "F32");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Load_NotFinite_NamesTheTensor(float value) =>
        AssertRefused(With("head.1.bias", tensor([0, value, 0])), Metadata(), "head.1.bias");

    [Theory]
    [InlineData("samples", "0")]
    [InlineData("samples", "many")]
    [InlineData("held_out_samples", "-1")]
    [InlineData("pixel_sampling", "guess")]
    [InlineData("pixel_sampling", "0")]
    [InlineData("prior_temperature", "NaN")]
    [InlineData("head.4.psnr_db", "101")]
    [InlineData("head.4.psnr_db", "")]
    public void Load_WrongMetadata_NamesTheKeyAndTheValue(string key, string value)
    {
        Dictionary<string, string> metadata = Metadata();
        metadata[key] = value;

        AssertRefused(Tensors(), metadata, key, $"'{value}'");
    }

    [Theory]
    [InlineData("samples")]
    [InlineData("pixel_sampling")]
    [InlineData("head.8.psnr_db")]
    public void Load_MetadataMissing_NamesTheKey(string key)
    {
        Dictionary<string, string> metadata = Metadata();
        metadata.Remove(key);

        AssertRefused(Tensors(), metadata, key);
    }

    [Fact]
    public void Load_Refused_LeavesNoTensor()
    {
        Dictionary<string, string> metadata = Metadata();
        metadata.Remove("samples");
        using ITensorSource source = TorchTensors.AsSource(Tensors());
        SafetensorsWriter.Write(_path, source, metadata);
        long before = LiveTensors.OnThisThread;

        Assert.Throws<InvalidWeightsException>(() => PreviewHeads.Load(_path, TinyPrior.Architecture));

        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    private static PreviewHeads Heads(Tensor weight, Tensor bias) => new(
        new Dictionary<int, AffineMap> { [8] = new AffineMap(weight, bias).To(ScalarType.Float32, CPU) }, Record());

    private static PreviewHeads Random() => new(
        Widths.ToDictionary(
            entry => entry.Key, entry => new AffineMap(randn(3, entry.Value).Times(0.2), randn(3).Times(0.2)).To(ScalarType.Float32, CPU)),
        Record());

    private static PreviewRecord Record() =>
        new(100, 10, PixelSampling.Mode, 0.75f, new SortedDictionary<int, double> { [1] = 30.125, [4] = 20.5, [8] = 25 });

    private static Dictionary<string, string> Metadata() => new(Record().ToMetadata());

    private static Dictionary<string, Tensor> Tensors() => Widths.SelectMany(entry => new[]
    {
        KeyValuePair.Create($"head.{entry.Key}.weight", zeros(3, entry.Value)),
        KeyValuePair.Create($"head.{entry.Key}.bias", zeros(3)),
    }).ToDictionary();

    private static Dictionary<string, Tensor> With(string name, Tensor tensor) => new(Tensors()) { [name] = tensor };

    private SafetensorsFile Written(PreviewHeads heads)
    {
        heads.Write(_path);
        return SafetensorsFile.Parse(File.ReadAllBytes(_path), "previews.safetensors");
    }

    private void AssertRefused(IEnumerable<KeyValuePair<string, Tensor>> tensors, Dictionary<string, string> metadata, params string[] named)
    {
        using ITensorSource source = TorchTensors.AsSource(tensors);
        SafetensorsWriter.Write(_path, source, metadata);

        InvalidWeightsException error = Assert.Throws<InvalidWeightsException>(() => PreviewHeads.Load(_path, TinyPrior.Architecture));

        Assert.All([_path, .. named], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static byte[] Bytes(Tensor tensor) => tensor.contiguous().bytes.ToArray();
}
