using Cvdvae.Model.Weights;
using Xunit;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>Pickles and storages that are damaged or made to do harm, in a zip and in a legacy file each.</summary>
public sealed class HostileCheckpointTests
{
    /// <summary>A state dict's value and a part of the message that refuses it.</summary>
    private static readonly Dictionary<string, (Action<PickleBuilder> Value, string Message)> BadValues = new()
    {
        ["negative offset"] = (p => p.Tensor("FloatStorage", "0", 4, -1, [2], [1]), "offset -1"),
        ["negative shape"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [-2], [1]), "a size that"),
        ["negative stride"] = (p => p.Tensor("FloatStorage", "0", 4, 3, [2], [-1]), "a stride that"),
        ["negative count"] = (p => p.Tensor("FloatStorage", "0", -4, 0, [2], [1]), "a storage that is not"),
        ["shape beyond storage"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [5], [1]), "does not fit"),
        ["offset beyond storage"] = (p => p.Tensor("FloatStorage", "0", 4, 3, [2], [1]), "does not fit"),
        ["stride beyond storage"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [2], [4]), "does not fit"),
        ["huge offset"] = (p => p.Tensor("FloatStorage", "0", 4, long.MaxValue, [1], [1]), "does not fit"),
        ["huge stride"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [2, 2], [long.MaxValue, long.MaxValue]), "does not fit"),
        ["product overflow"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [1L << 32, 1L << 32], [0, 0]), "does not fit"),
        ["product overflow with zero"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [0, long.MaxValue, 4], [0, 0, 0]), "does not fit"),
        ["expanded by stride 0"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [1_000_000], [0]), "does not fit"),
        ["rank mismatch"] = (p => p.Tensor("FloatStorage", "0", 4, 0, [2, 2], [1]), "2 dimensions and 1 strides"),
        ["too many dimensions"] = (p => p.Tensor("FloatStorage", "0", 4, 0, new long[17], new long[17]), "at most 16"),
        ["storage shorter than declared"] = (p => p.Tensor("FloatStorage", "0", 5, 0, [5], [1]), "5"),
        ["missing storage"] = (p => p.Tensor("FloatStorage", "1", 4, 0, [4], [1]), "'1'"),
        ["unknown storage class"] = (p => p.Tensor("QInt8Storage", "0", 4, 0, [4], [1]), "torch.QInt8Storage"),
        ["other element size"] = (p => p.Tensor("DoubleStorage", "0", 4, 0, [4], [1]), "storage '0'"),
        ["wrong argument count"] = (p => p.Global("torch._utils", "_rebuild_tensor_v2").Op(')').Op('R'), "with 0 arguments"),
        ["no storage"] =
            (p => p.Global("torch._utils", "_rebuild_tensor").Op('(').Op('N').Op('N').Op('N').Op('N').Op('t').Op('R'), "makes a tensor of"),
        ["unknown global"] = (p => p.Global("numpy.core.multiarray", "_reconstruct").Op(')').Op('R'), "numpy.core.multiarray._reconstruct"),
        ["unknown global around a tensor"] =
            (p => p.Global("evil.wrap", "Box").Op('(').Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('t').Op('R'), "evil.wrap.Box"),
        ["tensor in a parameter of an unknown global"] =
        (
            p => p.Global("torch._utils", "_rebuild_parameter").Op('(')
                .Global("a.b", "C").Op(')').Op('R').Raw(0x88).Op('N').Op('t').Op('R'),
            "a.b.C"),
        ["number"] = (p => p.Number(3), "a number"),
        ["nothing"] = (p => p.Op('N'), "None"),
        ["cut reference"] = (p => p.Op('h').Raw(77), "memo entry 77"),
        ["memo entry far ahead"] = (p => p.Op('N').Op('r').Int32(1_000_000), "sets memo entry 1000000"),
        ["long class name"] = (p => p.Text(new string('x', 1025)).Text("y").Raw(0x93), "too long"),
        ["extension"] = (p => p.Raw(0x82, 1), "0x82"),
        ["text persistent id"] = (p => p.Op('P').Raw("x\n"u8), "0x50"),
        ["persistent id of a number"] = (p => p.Number(1).Op('Q'), "persistent id"),
        ["out of band buffer"] = (p => p.Raw(0x97), "0x97"),
        ["huge LONG4"] = (p => p.Raw(0x8b, 0xff, 0xff, 0xff, 0x7f), "whole number of 2147483647 bytes"),
        ["negative LONG4"] = (p => p.Raw(0x8b, 0xff, 0xff, 0xff, 0xff), "whole number of"),
        ["huge text"] = (p => p.Op('X').Raw(0xff, 0xff, 0xff, 0xff), "declares 4294967295 bytes"),
        ["huge text of 64 bits"] = (p => p.Raw(0x8d).Int64(-1), "declares 18446744073709551615 bytes"),
        ["huge bytes"] = (p => p.Raw(0x8e).Int64(long.MaxValue), "declares"),
        ["huge frame"] = (p => p.Raw(0x95).Int64(long.MaxValue), "declares"),
        ["endless line"] = (p => p.Op('c').Raw(new byte[2000]), "a line over"),
        ["empty stack"] = (p => p.Op('1').Op('0').Op('0'), "empty stack"),
        ["no mark"] = (p => p.Op('t').Op('t'), "needs a mark"),
        ["call of a number"] = (p => p.Number(1).Op(')').Op('R'), "calls a value"),
        ["items of a number"] = (p => p.Number(1).Number(2).Number(3).Op('s'), "sets items"),
        ["append to a tuple"] = (p => p.Op(')').Number(3).Op('a'), "appends"),
        ["key without value"] = (p => p.Op('}').Op('(').Number(1).Op('u'), "sets items"),
        ["protocol 6"] = (p => p.Proto(6), "protocol 6"),
        ["storage in two ways"] =
            (p => p.Storage("FloatStorage", "0", 4).Op('0').Storage("DoubleStorage", "0", 4), "in two ways"),
        ["same pairs again and again"] = (PairBomb, "too often"),
    };

    public static TheoryData<string> BadValueNames => [.. BadValues.Keys];

    [Theory]
    [MemberData(nameof(BadValueNames))]
    public void Parse_BadValue_IsRefused(string name)
    {
        (Action<PickleBuilder> value, string message) = BadValues[name];
        byte[] pickle = StateDict(value);

        var zip = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(pickle, ("0", Floats(1, 2, 3, 4))), "in.th"));
        var legacy = Assert.Throws<InvalidWeightsException>(
            () => PyTorchCheckpoint.Parse(Legacy(pickle, ("0", 4, Floats(1, 2, 3, 4))), "in.th"));

        Assert.Contains(message, zip.Message, StringComparison.Ordinal);
        Assert.StartsWith("in.th: ", zip.Message, StringComparison.Ordinal);
        Assert.StartsWith("in.th: ", legacy.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("posix", "system")]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "exec")]
    [InlineData("__builtin__", "eval")]
    [InlineData("subprocess", "Popen")]
    [InlineData("System.IO.File", "Create")]
    public void Parse_CallOfAFunction_RunsNothing(string module, string function)
    {
        string witness = Path.Combine(AppContext.BaseDirectory, $"witness-{Guid.NewGuid():N}");
        string argument = function switch
        {
            "eval" or "exec" => $"__import__('os').system('touch {witness}')",
            "Create" => witness,
            _ => $"touch {witness}",
        };

        // Beside the state dict it is ignored, in each way that pickles make objects.
        byte[] beside = new PickleBuilder().Proto()
            .DictOf("state_dict", p => p.DictOf("w", q => q.Tensor("FloatStorage", "0", 4, 0, [4], [1])))
            .Text("reduce").Global(module, function).Op('(').Text(argument).Op('t').Op('R').Op('s')
            .Text("newobj").Global(module, function).Op('(').Text(argument).Op('t').Raw(0x81).Op('s')
            .Text("newobj_ex").Global(module, function).Op('(').Text(argument).Op('t').Op('}').Raw(0x92).Op('s')
            .Text("obj").Op('(').Global(module, function).Text(argument).Op('o').Op('s')
            .Text("inst").Op('(').Text(argument).Op('i').Raw([.. $"{module}\n{function}\n".Select(c => (byte)c)]).Op('s')
            .Text("build").Global(module, function).Op(')').Op('R').DictOf("__reduce__", p => p.Text(argument)).Op('b').Op('s')
            .Text("stack").Text(module).Text(function).Raw(0x93).Op('(').Text(argument).Op('t').Op('R').Text("k").Text("v").Op('s').Op('s')
            .Op('.').ToArray();
        byte[] inside = StateDict(p => p.Global(module, function).Op('(').Text(argument).Op('t').Op('R'));

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(beside, ("0", Floats(1, 2, 3, 4))), "beside");
        using ITensorSource legacy = PyTorchCheckpoint.Parse(Legacy(beside, ("0", 4, Floats(1, 2, 3, 4))), "beside");
        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(inside), "inside"));

        Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
        Assert.Equal([1f, 2, 3, 4], legacy.Floats("w"));
        Assert.Contains($"{module}.{function}", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(witness));
    }

    [Fact]
    public void Parse_DeepNesting_EndsWithoutRecursion()
    {
        PickleBuilder nested = new PickleBuilder().Proto()
            .DictOf("state_dict", p => p.DictOf("w", q => q.Tensor("FloatStorage", "0", 4, 0, [4], [1])));
        nested.Text("deep").Op(')');
        for (int depth = 0; depth < 500_000; depth++)
        {
            nested.Raw(0x85);
        }

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(nested.Op('s').Op('.').ToArray(), ("0", Floats(1, 2, 3, 4))), "deep");

        Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
    }

    [Theory]
    [InlineData('(')]
    [InlineData('N')]
    [InlineData(']')]
    public void Parse_StackOverAMillion_IsRefused(char opcode)
    {
        byte[] pickle = [0x80, 2, .. Enumerable.Repeat((byte)opcode, 1_100_000), (byte)'.'];

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(pickle), "in"));

        Assert.Contains("stacks over", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CyclicContainers_AreIgnoredOrRefused()
    {
        // A dict that holds itself, beside the state dict and as the state dict.
        Action<PickleBuilder> cycle = p => p.Op('}').Op('q').Raw(9).Op('(').Text("self").Op('h').Raw(9).Op('u');
        byte[] beside = new PickleBuilder().Proto()
            .DictOf("state_dict", p => p.DictOf("w", q => q.Tensor("FloatStorage", "0", 4, 0, [4], [1])))
            .Text("cycle").Do(cycle).Op('s').Op('.').ToArray();
        byte[] asStates = new PickleBuilder().Proto().DictOf("state_dict", cycle).Op('.').ToArray();

        using ITensorSource source = PyTorchCheckpoint.Parse(Zip(beside, ("0", Floats(1, 2, 3, 4))), "in");
        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(asStates), "in"));

        Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
        Assert.Contains("'self' depends on a dict", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MemoBomb_CostsNoMoreThanItsInput()
    {
        // 4 million memo entries for one value, each with another index.
        var pickle = new PickleBuilder().Proto().Op('N');
        for (int index = 0; index < 4_300_000; index++)
        {
            pickle.Op('r').Int32(index);
        }

        byte[] file = Zip(pickle.Op('.').ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "in"));

        Assert.Contains("memo entries", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * file.Length);
    }

    [Fact]
    public void Parse_ManyTensorsOfOneStorage_IsRefusedBeforeReading()
    {
        var pickle = new PickleBuilder().Proto().Op('}');
        pickle.Text("w0").Tensor("FloatStorage", "0", 50_000, 0, [50_000], [1]).Op('q').Raw(1).Op('s');
        for (int index = 1; index < 100; index++)
        {
            pickle.Text($"w{index}").Op('h').Raw(1).Op('s');
        }

        var refusal = Assert.Throws<InvalidWeightsException>(
            () => PyTorchCheckpoint.Parse(Zip(pickle.Op('.').ToArray(), ("0", new byte[200_000])), "in"));

        Assert.Contains("16 times", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SameNameTwiceAfterItsPrefix_IsRefused()
    {
        byte[] pickle = new PickleBuilder().Proto()
            .DictOf("w", p => p.Tensor("FloatStorage", "0", 4, 0, [4], [1]))
            .Text("module.w").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('s').Op('.').ToArray();

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(pickle, ("0", new byte[16])), "in"));

        Assert.Contains("'w' twice", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("}.", "is empty")]
    [InlineData("].", "holds a list")]
    [InlineData("N.", "holds None")]
    [InlineData("}X\u000a\0\0\0state_dict]s.", "'state_dict' is a list")]
    public void Parse_NoStateDict_IsRefused(string pickle, string message)
    {
        byte[] bytes = [.. pickle.Select(character => (byte)character)];

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Zip(bytes), "in"));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static void PairBomb(PickleBuilder pickle)
    {
        // One list of 2,000 pairs, memoised, becomes an OrderedDict 2,000 times.
        pickle.Op('(').Op(']').Op('(');
        for (int index = 0; index < 2_000; index++)
        {
            pickle.Op('N').Op('N').Raw(0x86);
        }

        pickle.Op('e').Op('t').Op('q').Raw(1).Op('0').Global("collections", "OrderedDict").Op('q').Raw(2).Op('0');
        for (int index = 0; index < 2_000; index++)
        {
            pickle.Op('h').Raw(2).Op('h').Raw(1).Op('R').Op('0');
        }

        pickle.Op('N');
    }
}
