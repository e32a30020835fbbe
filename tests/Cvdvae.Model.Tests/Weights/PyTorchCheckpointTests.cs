using System.Globalization;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Xunit;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;

namespace Cvdvae.Model.Tests.Weights;

public sealed class PyTorchCheckpointTests
{
    public static TheoryData<string, int, long> Fixtures => new()
    {
        { "tiny-vdvae.th", 350, 32 },
        { "tinylegacy-vdvae.th", 263, 16 },
        { "tiny-srvdvae.ckpt", 450, 32 },
        { "tinylegacy-srvdvae.ckpt", 355, 16 },
    };

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Open_OfficialFile_GivesItsTensorsUnderOfficialNames(string name, int count, long width)
    {
        using ITensorSource source = PyTorchCheckpoint.Open(Fixture.Path(name));

        Assert.Equal(count, source.Entries.Count);
        Assert.Empty(source.Metadata);
        Assert.Equal([width, 3, 3, 3], source.Require("encoder.in_conv.weight").Shape);
        Assert.Equal(TensorElementType.F32, source.Require("encoder.in_conv.weight").ElementType);
        Assert.True(source.ReadAll() > 100_000);
        Assert.DoesNotContain(source.Entries.Keys, name => name.Split('.')[0] is "module" or "cvae");
    }

    [Theory]
    [InlineData("tiny-vdvae.th", "tiny-srvdvae.ckpt")]
    [InlineData("tinylegacy-vdvae.th", "tinylegacy-srvdvae.ckpt")]
    public void Open_PriorAndLightningFile_HoldTheSamePriorBitByBit(string priorName, string lightningName)
    {
        using ITensorSource prior = PyTorchCheckpoint.Open(Fixture.Path(priorName));
        using ITensorSource lightning = PyTorchCheckpoint.Open(Fixture.Path(lightningName));

        foreach (TensorEntry entry in prior.Entries.Values)
        {
            Assert.Equal(entry, lightning.Require(entry.Name));
            Assert.Equal(prior.Bytes(entry.Name), lightning.Bytes(entry.Name));
        }
    }

    [Fact]
    public void Parse_SameTensorsInBothFormats_GivesTheSame()
    {
        using ITensorSource zip = PyTorchCheckpoint.Parse(SmallZip(), "zip");
        using ITensorSource legacy = PyTorchCheckpoint.Parse(SmallLegacy(), "legacy");

        Assert.Equal([1f, 2, 3, 4], zip.Floats("w"));
        Assert.Equal(zip.Bytes("w"), legacy.Bytes("w"));
        Assert.Equal(zip.Require("w"), legacy.Require("w"));
    }

    [Theory]
    [InlineData(0, "3 2", "1 3", "0 3 1 4 2 5")] // a transposed 2x3
    [InlineData(1, "2 2", "3 1", "1 2 4 5")] // columns 1.. of a 2x3
    [InlineData(0, "3", "2", "0 2 4")] // every other element
    [InlineData(5, "", "", "5")] // a scalar
    [InlineData(2, "2", "0", "2 2")] // the same element twice
    [InlineData(0, "1 6", "999 1", "0 1 2 3 4 5")] // the stride of a dimension of one is free
    [InlineData(0, "2 1 3", "3 7 1", "0 1 2 3 4 5")]
    [InlineData(6, "0 4", "4 1", "")] // nothing, at the very end
    [InlineData(0, "3 1 2", "1 1 3", "0 3 1 4 2 5")]
    public void CopyTo_StridedTensor_IsContiguous(long offset, string shape, string strides, string expected)
    {
        byte[] pickle = StateDict(p => p.Tensor("FloatStorage", "0", 6, offset, Split(shape), Split(strides)));
        byte[] data = Floats(0, 1, 2, 3, 4, 5);

        using ITensorSource zip = PyTorchCheckpoint.Parse(Zip(pickle, ("0", data)), "zip");
        using ITensorSource legacy = PyTorchCheckpoint.Parse(Legacy(pickle, ("0", 6, data)), "legacy");

        Assert.Equal([.. Split(expected).Select(value => (float)value)], zip.Floats("w"));
        Assert.Equal(zip.Bytes("w"), legacy.Bytes("w"));
    }

    [Fact]
    public void CopyTo_SparseViewOfALargeStorage_ReadsTheRightElements()
    {
        // The window around it is much larger than the view, so the elements are read one by one.
        byte[] data = Floats([.. Enumerable.Range(0, 1000).Select(value => (float)value)]);
        byte[] pickle = StateDict(p => p.Tensor("FloatStorage", "0", 1000, 3, [2, 2], [500, 10]));

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(pickle, ("0", data)), "zip");

        Assert.Equal([3f, 13, 503, 513], source.Floats("w"));
    }

    [Theory]
    [InlineData("DoubleStorage", TensorElementType.F64)]
    [InlineData("FloatStorage", TensorElementType.F32)]
    [InlineData("HalfStorage", TensorElementType.F16)]
    [InlineData("BFloat16Storage", TensorElementType.BF16)]
    [InlineData("LongStorage", TensorElementType.I64)]
    [InlineData("IntStorage", TensorElementType.I32)]
    [InlineData("ShortStorage", TensorElementType.I16)]
    [InlineData("CharStorage", TensorElementType.I8)]
    [InlineData("ByteStorage", TensorElementType.U8)]
    [InlineData("BoolStorage", TensorElementType.Bool)]
    public void Parse_EachStorageClass_HasItsElementType(string kind, TensorElementType expected)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * expected.SizeInBytes()).Select(value => (byte)value)];
        byte[] pickle = StateDict(p => p.Tensor(kind, "0", 3, 0, [3], [1]));

        using ITensorSource zip = PyTorchCheckpoint.Parse(Zip(pickle, ("0", data)), "zip");
        using ITensorSource legacy = PyTorchCheckpoint.Parse(Legacy(pickle, ("0", 3, data)), "legacy");

        Assert.Equal(expected, zip.Require("w").ElementType);
        Assert.Equal(data, zip.Bytes("w"));
        Assert.Equal(data, legacy.Bytes("w"));
    }

    [Fact]
    public void Parse_ParametersAndOldTensors_AreTensors()
    {
        byte[] pickle = new PickleBuilder().Proto()
            .DictOf("module.p", p => p.Global("torch._utils", "_rebuild_parameter").Op('(')
                .Tensor("FloatStorage", "0", 4, 0, [4], [1]).Raw(0x88).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R'))
            .Text("module.q").Global("torch._utils", "_rebuild_tensor").Op('(')
            .Storage("FloatStorage", "0", 4).Number(1).Numbers(2).Numbers(1).Op('t').Op('R').Op('s')
            .Op('.').ToArray();

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(pickle, ("0", Floats(1, 2, 3, 4))), "zip");

        Assert.Equal([1f, 2, 3, 4], source.Floats("p"));
        Assert.Equal([2f, 3], source.Floats("q"));
    }

    [Fact]
    public void Parse_OrderedDictOfPairsWithAttributes_IsAStateDict()
    {
        // As Python 2 wrote an OrderedDict; then BUILD with the state dict's _metadata.
        byte[] pickle = new PickleBuilder().Proto().Global("collections", "OrderedDict")
            .Op('(').Op(']').Op(']').Text("w").Op('a').Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('a').Op('a').Op('t').Op('R')
            .DictOf("_metadata", p => p.Op('}')).Op('b').Op('.').ToArray();

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(pickle, ("0", Floats(1, 2, 3, 4))), "zip");

        Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
    }

    [Theory]
    [InlineData("model", "model")]
    [InlineData("ema", "ema")]
    [InlineData("model_state_dict", "model_state_dict")]
    [InlineData("model", "model/state_dict")]
    public void Parse_StateDictInsideOthers_IsFoundAndNamed(string last, string path)
    {
        byte[] pickle = Nested(path).ToArray();

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(pickle, ("0", Floats(1, 2, 3, 4))), "zip");

        Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
        Assert.Contains(source.Notes, note => note == $"the weights are those of '{last}'");
        Assert.Contains("the names are those of the file without '_orig_mod.' and 'module.'", source.Notes);
    }

    [Fact]
    public void Parse_ModelAndMovingAverage_TakesTheAverageAndSaysSo()
    {
        byte[] pickle = new PickleBuilder().Proto()
            .DictOf("model", p => p.DictOf("w", w => w.Tensor("FloatStorage", "0", 4, 0, [2], [1])))
            .Text("ema").DictOf("w", w => w.Tensor("FloatStorage", "0", 4, 2, [2], [1])).Op('s')
            .Text("step").Number(7).Op('s').Op('.').ToArray();

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(pickle, ("0", Floats(1, 2, 3, 4))), "zip");

        Assert.Equal([3f, 4], source.Floats("w"));
        Assert.Equal(["the weights are those of 'ema', not of 'model'"], source.Notes);
    }

    [Fact]
    public void Parse_DictThatHoldsItself_IsRefused()
    {
        byte[] pickle = new PickleBuilder().Proto().Op('}').Op('q').Raw(1).Text("model").Op('h').Raw(1).Op('s').Op('.').ToArray();

        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(pickle), "zip"));
    }

    private static PickleBuilder Nested(string path)
    {
        var pickle = new PickleBuilder().Proto();
        Write(pickle, path.Split('/'));
        return pickle.Op('.');

        static void Write(PickleBuilder pickle, ReadOnlySpan<string> keys)
        {
            string[] inner = [.. keys];
            _ = inner.Length == 0
                ? pickle.DictOf("_orig_mod.module.w", p => p.Tensor("FloatStorage", "0", 4, 0, [4], [1]))
                : pickle.DictOf(inner[0], p => Write(p, inner.AsSpan(1)));
        }
    }

    private static long[] Split(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
}
