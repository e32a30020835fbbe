using System.Text.Json;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cvdvae-weights-");

    private string OutputPath => Path.Combine(_folder.FullName, "out.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_Checkpoint_ReadsBackBitByBit()
    {
        using ITensorSource source = PyTorchCheckpoint.Open(Fixture.Path("tinylegacy-srvdvae.ckpt"));
        var metadata = new Dictionary<string, string> { ["z"] = "1", ["naïve \"key\""] = "line\nline" };

        SafetensorsWriter.Write(OutputPath, source, metadata);

        using SafetensorsFile written = SafetensorsFile.Open(OutputPath);
        Assert.Equal(source.Entries.Count, written.Entries.Count);
        Assert.All(source.Entries.Values, entry =>
        {
            Assert.Equal(entry, written.Require(entry.Name));
            Assert.Equal(source.Bytes(entry.Name), written.Bytes(entry.Name));
        });
        Assert.Equal(metadata, written.Metadata);
        Assert.Equal(OutputPath, Assert.Single(_folder.GetFiles()).FullName);
    }

    [Fact]
    public void Write_MixedTypes_PutsTheWidestFirstThenByNameOnAlignedOffsets()
    {
        using DisposeScope scope = NewDisposeScope();
        ITensorSource source = TorchTensors.AsSource(new Dictionary<string, Tensor>
        {
            ["b"] = ones(3, ScalarType.Byte),
            ["d"] = ones(1, ScalarType.Float64),
            ["c"] = ones(3, ScalarType.Float32),
            ["a"] = ones(3, ScalarType.Float32),
            ["empty"] = ones(0, ScalarType.Float32),
        });

        SafetensorsWriter.Write(OutputPath, source);

        byte[] file = File.ReadAllBytes(OutputPath);
        int headerLength = (int)BitConverter.ToInt64(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        Assert.Equal(["d", "a", "c", "empty", "b"], header.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(0, headerLength % 8);
        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(8 + headerLength + 8 + 12 + 12 + 3, file.Length);
        using SafetensorsFile written = SafetensorsFile.Open(OutputPath);
        Assert.Equal([1f, 1, 1], written.Floats("c"));
    }

    [Fact]
    public void Write_SameTensorsTwice_GivesTheSameBytes()
    {
        using SafetensorsFile source = SafetensorsFile.Open(Fixture.Path("tinylegacy-io.safetensors"));
        SafetensorsWriter.Write(OutputPath, source);
        byte[] first = File.ReadAllBytes(OutputPath);

        using (SafetensorsFile copy = SafetensorsFile.Parse(first, "copy"))
        {
            SafetensorsWriter.Write(OutputPath, copy);
        }

        Assert.Equal(first, File.ReadAllBytes(OutputPath));
    }

    [Fact]
    public void Write_Nothing_GivesAValidFile()
    {
        SafetensorsWriter.Write(OutputPath, TorchTensors.AsSource([]));

        using SafetensorsFile written = SafetensorsFile.Open(OutputPath);
        Assert.Empty(written.Entries);
    }

    [Fact]
    public void Write_SourceFails_LeavesTheOldFileAndNoOther()
    {
        File.WriteAllText(OutputPath, "old");
        using Tensor tensor = ones(3);
        ITensorSource source = TorchTensors.AsSource(new Dictionary<string, Tensor> { ["w"] = tensor });
        tensor.Dispose();

        Assert.ThrowsAny<InvalidOperationException>(() => SafetensorsWriter.Write(OutputPath, source));

        Assert.Equal("old", File.ReadAllText(OutputPath));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_TensorNamedAsTheMetadata_IsRefused()
    {
        using Tensor tensor = ones(3);
        ITensorSource source = TorchTensors.AsSource(new Dictionary<string, Tensor> { ["__metadata__"] = tensor });

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(OutputPath, source));
    }

    [Fact]
    public void Subset_SelectAndRename_WritesOnlyThose()
    {
        using ITensorSource source = PyTorchCheckpoint.Open(Fixture.Path("tiny-vdvae.th"));
        using var subset = new TensorSubset(source, name => name.StartsWith("encoder.", StringComparison.Ordinal) ? name[8..] : null);

        SafetensorsWriter.Write(OutputPath, subset);

        using SafetensorsFile written = SafetensorsFile.Open(OutputPath);
        Assert.Equal(source.Bytes("encoder.in_conv.weight"), written.Bytes("in_conv.weight"));
        Assert.DoesNotContain(written.Entries.Keys, name => name.StartsWith("decoder", StringComparison.Ordinal));
        Assert.Throws<InvalidWeightsException>(() => new TensorSubset(source, _ => "same"));
    }
}
