using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Xunit;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;

namespace Cvdvae.Model.Tests.Weights;

public sealed class SafetensorsFileTests
{
    private const string TwoTensors =
        """{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"""
        + ""","b":{"dtype":"U8","shape":[2,1],"data_offsets":[4,6]}}  """;

    public static TheoryData<string, int, string> BadHeaders => new()
    {
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", 4, "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[],"data_offsets":[2,6]}}""", 6, "overlaps" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a hole before it" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3, "a hole" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "the file has 2 after" },
        { """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", 2, "the file has 2 after" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "'a' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "twice" },
        { """{"__metadata__":{"x":"1","x":"2"}}""", 0, "twice" },
        { """{"__metadata__":{"x":1}}""", 0, "expected a String" },
        { """{"__metadata__":[]}""", 0, "expected a StartObject" },
        { """{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,1]}}""", 1, "'Q7'" },
        { """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}""", 1, "expected a String" },
        { """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "whole numbers from 0" },
        { """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "whole numbers from 0" },
        { """{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}}""", 1, "whole numbers from 0" },
        { """{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "too large to count" },
        { """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "too large to count" },
        { """{"a":{"dtype":"U8","shape":[0,9223372036854775807,2],"data_offsets":[0,0]}}""", 0, "too large to count" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes by its shape and 4" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 0, "takes 1 bytes" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "two data_offsets" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "two data_offsets" },
        { """{"a":{"dtype":"U8","shape":[1]}}""", 1, "needs dtype" },
        { """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "each once" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":1}}""", 1, "'extra'" },
        { """{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "whole numbers" },
        { """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "17 dimensions" },
        { """{"a":7}""", 0, "expected a StartObject" },
        { """{"a":""", 0, "not valid JSON" },
        { "{}{}", 0, "not valid JSON" },
        { "{}\0", 0, "not valid JSON" },
        { """{"\ud800":{}}""", 0, "not valid JSON" },
        { "[]", 0, "does not begin with '{'" },
        { " {}", 0, "does not begin with '{'" },
        { "", 0, "does not begin with '{'" },
    };

    [Fact]
    public void Parse_ValidFile_GivesEntriesMetadataAndData()
    {
        using SafetensorsFile file = SafetensorsFile.Parse(SafetensorsOf(TwoTensors, [.. Floats(1.5f), 7, 8]), "in");

        Assert.Equal(new TensorEntry("a", TensorElementType.F32, [1], 4), file.Require("a"));
        Assert.Equal(new TensorEntry("b", TensorElementType.U8, [2, 1], 2), file.Require("b"));
        Assert.Equal("v", Assert.Single(file.Metadata, pair => pair.Key == "k").Value);
        Assert.Equal([1.5f], file.Floats("a"));
        Assert.Equal([7, 8], file.Bytes("b"));
    }

    [Theory]
    [InlineData("tiny-io.safetensors")]
    [InlineData("tinylegacy-io.safetensors")]
    [InlineData("imresize-io.safetensors")]
    public void Open_Fixture_ReadsAll(string name)
    {
        string path = Fixture.Path(name);
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.InRange(file.ReadAll(), 1_000_000, new FileInfo(path).Length);
    }

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void Parse_BadHeader_IsRefused(string json, int dataLength, string message)
    {
        var refusal = Assert.Throws<InvalidWeightsException>(() => SafetensorsFile.Parse(SafetensorsOf(json, new byte[dataLength]), "bad"));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("bad: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HeaderNestedDeeply_IsRefused()
    {
        string json = "{\"a\":" + new string('[', 100_000);

        Assert.Throws<InvalidWeightsException>(() => SafetensorsFile.Parse(SafetensorsOf(json), "deep"));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(100_000_001)]
    [InlineData(3)]
    public void Parse_HeaderLengthBeyondTheFile_IsRefused(long length)
    {
        byte[] file = [.. BitConverter.GetBytes(length), (byte)'{', (byte)'}'];

        var refusal = Assert.Throws<InvalidWeightsException>(() => SafetensorsFile.Parse(file, "bad"));

        Assert.Contains("declares a header of", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TruncatedAnywhere_IsRefused()
    {
        byte[] file = SafetensorsOf(TwoTensors, [.. Floats(1.5f), 7, 8]);
        for (int length = 0; length < file.Length; length++)
        {
            byte[] cut = file[..length];
            Assert.Throws<InvalidWeightsException>(() => SafetensorsFile.Parse(cut, "cut"));
        }
    }

    [Fact]
    public void Open_FileThatShrinksLater_GivesAnError()
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}.safetensors");
        File.WriteAllBytes(path, SafetensorsOf(TwoTensors, [.. Floats(1.5f), 7, 8]));
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using (var shrinking = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                shrinking.SetLength(shrinking.Length - 1);
            }

            Assert.Equal([1.5f], file.Floats("a"));
            Assert.Throws<InvalidWeightsException>(() => file.Bytes("b"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Open_NoFile_Throws() => Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open("no-such-file.safetensors"));
}
