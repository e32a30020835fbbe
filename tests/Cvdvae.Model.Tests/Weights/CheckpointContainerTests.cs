using System.IO.Compression;
using Cvdvae.Model.Weights;
using Xunit;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>The zip and legacy containers: damaged, cut, or made to mislead.</summary>
public sealed class CheckpointContainerTests
{
    [Fact]
    public void Parse_TruncatedAnywhere_IsRefused()
    {
        foreach (byte[] file in new[] { SmallZip(), SmallLegacy() })
        {
            for (int length = 0; length < file.Length; length++)
            {
                byte[] cut = file[..length];
                Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(cut, "cut"));
            }
        }
    }

    [Fact]
    public void Parse_BytesAfterTheEnd_AreRefused()
    {
        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse((byte[])[.. SmallZip(), 0], "zip"));
        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse((byte[])[.. SmallLegacy(), 0], "legacy"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello, world")]
    [InlineData("PK\u0003\u0004 and then something else, which is no zip")]
    [InlineData("\u0080\u0002K\u0007.")]
    public void Parse_OtherFile_IsRefused(string content) =>
        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse((byte[])[.. content.Select(c => (byte)c)], "other"));

    [Theory]
    [InlineData("../data.pkl")]
    [InlineData("model/../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/windows/x")]
    [InlineData("model\\data\\0")]
    [InlineData("model/..")]
    [InlineData("a\0b")]
    public void Parse_ZipWithAPathTrick_IsRefused(string name)
    {
        byte[] file = StoredZip(("model/data.pkl", SmallPickle()), ("model/data/0", Floats(1, 2, 3, 4)), (name, [1]));

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));

        Assert.Contains("which is not accepted", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CompressedZip_IsRefused()
    {
        // 10 MB of zeros in some 10 KB: a zip bomb is never expanded, since nothing is.
        byte[] file = ZipOf(CompressionLevel.SmallestSize, ("model/data.pkl", SmallPickle()), ("model/data/0", new byte[10_000_000]));
        long before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));

        Assert.Contains("compressed", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Parse_OverlappingZipMembers_AreRefused()
    {
        // Two members of the directory share one local header, as in zip bombs that need no nesting.
        byte[] file = StoredZip(("model/data/0", [1]), ("model/data/1", [2]), ("model/data.pkl", SmallPickle()));
        int second = LastIndexOf(file, "PK\u0001\u0002", file.AsSpan().LastIndexOf("model/data.pkl"u8) - 47);
        file.AsSpan(second + 42, 4).Clear();

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));

        Assert.Contains("overlaps another", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DuplicateZipNames_AreRefused()
    {
        byte[] file = StoredZip(("model/data.pkl", SmallPickle()), ("model/data/0", new byte[16]), ("model/data/0", new byte[16]));

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));

        Assert.Contains("two zip members named 'model/data/0'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("little", true)]
    [InlineData("big", false)]
    [InlineData("", false)]
    public void Parse_ByteOrder_OnlyLittleIsAccepted(string order, bool isAccepted)
    {
        byte[] file = StoredZip(
            ("m/data.pkl", SmallPickle()), ("m/data/0", Floats(1, 2, 3, 4)), ("m/byteorder", [.. order.Select(c => (byte)c)]));

        if (isAccepted)
        {
            using ITensorSource source = PyTorchCheckpoint.Parse(file, "zip");
            Assert.Equal([1f, 2, 3, 4], source.Floats("w"));
        }
        else
        {
            Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));
        }
    }

    [Theory]
    [InlineData("data.pkl", "0 members")]
    [InlineData("a/b/data.pkl", "0 members")]
    public void Parse_ZipWithoutTheObject_IsRefused(string name, string message)
    {
        var refusal = Assert.Throws<InvalidWeightsException>(
            () => PyTorchCheckpoint.Parse(StoredZip((name, SmallPickle())), "zip"));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TorchScript_IsRefused()
    {
        byte[] file = StoredZip(("m/data.pkl", SmallPickle()), ("m/constants.pkl", [1]));

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "zip"));

        Assert.Contains("TorchScript", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(3)]
    public void Parse_LegacyStorageOfAnotherLength_IsRefused(long count)
    {
        var refusal = Assert.Throws<InvalidWeightsException>(
            () => PyTorchCheckpoint.Parse(Legacy(SmallPickle(), ("0", count, Floats(1, 2, 3, 4))), "legacy"));

        Assert.Contains("storage '0'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LegacyKeyListThatDiffersFromTheObject_IsRefused()
    {
        byte[] data = Floats(1, 2, 3, 4);
        byte[] other = Legacy(SmallPickle(), ("0", 4, data), ("1", 4, data));
        byte[] twice = Legacy(SmallPickle(), ("0", 4, data), ("0", 4, data));

        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(Legacy(SmallPickle()), "no key"));
        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(other, "other key"));
        Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(twice, "twice"));
    }

    [Fact]
    public void Parse_LegacyBigEndian_IsRefused()
    {
        byte[] file = LegacyHeader(littleEndian: false).Raw(SmallLegacy().AsSpan(LegacyHeader().ToArray().Length)).ToArray();

        var refusal = Assert.Throws<InvalidWeightsException>(() => PyTorchCheckpoint.Parse(file, "legacy"));

        Assert.Contains("little-endian", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CopyTo_UnknownNameOrWrongLength_Throws()
    {
        using ITensorSource source = PyTorchCheckpoint.Parse(SmallZip(), "in.th");

        var missing = Assert.Throws<InvalidWeightsException>(() => source.CopyTo("v", new byte[16]));
        Assert.Equal("in.th: has no tensor 'v'", missing.Message);
        Assert.Throws<ArgumentException>(() => source.CopyTo("w", new byte[15]));
    }

    private static int LastIndexOf(byte[] file, string signature, int before) =>
        file.AsSpan(0, before).LastIndexOf([.. signature.Select(c => (byte)c)]);
}
