using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Evaluation.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

public sealed class DeepCompressedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DeepCompressedWriter _file = new(7);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_SyntheticFile_GivesTheDenseWeights()
    {
        using DeepCompressedFile source = Open(_file.Content);

        Assert.Equal(2 * DeepCompressedWriter.Layers, source.Entries.Count);
        Assert.All(_file.Tensors, entry =>
        {
            using Tensor tensor = TorchTensors.Load(source, entry.Key);
            Assert.Equal(entry.Value.Shape.Select(length => (long)length), tensor.shape);
            Assert.Equal(entry.Value.Values, tensor.data<float>().ToArray());
        });
    }

    [Fact]
    public void Open_CutOff_SaysSo()
    {
        byte[] content = _file.Content;

        AssertRefused(content[..^1], $"has {content.Length - 1} bytes where its counts of weights make {content.Length}: it is cut off");
        AssertRefused(content[..1000], "it is cut off");
        AssertRefused(content[..104], "it is cut off");
        AssertRefused(content[..103], "is cut off: it has 103 bytes, and its counts of weights alone take 104");
        AssertRefused(content[..8], "is cut off: it has 8 bytes, and its counts of weights alone take 104");
    }

    [Fact]
    public void Open_MoreBytes_SaysSo()
    {
        byte[] content = _file.Content;

        AssertRefused([.. content, 0], $"has {content.Length + 1} bytes where its counts of weights make {content.Length}: it is followed by something else");
        AssertRefused([.. content, .. new byte[10_000_000]], "a deep-compressed SqueezeNet 1.0 has at most");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1025u)]
    [InlineData(uint.MaxValue)]
    public void Open_ImpossibleCount_SaysWhatIsAccepted(uint count)
    {
        byte[] content = _file.Content;
        BitConverter.TryWriteBytes(content.AsSpan(2 * sizeof(uint)), count);

        AssertRefused(content, $"says that 'features.3.expand1x1' has {count} stored weights; accepted are 1 to 1024");
    }

    [Fact]
    public void Open_GapsBeyondTheEnd_SaysWhere()
    {
        byte[] content = _file.Content;
        content.AsSpan(_file.FirstGaps, 14112 / 32 + 1).Fill(0xff); // 16 positions with each half byte

        AssertRefused(content, "'features.0': weight 883 of ", "is put at position 14127 of 14112");
    }

    [Fact]
    public void Load_SharedValueThatIsNoNumber_IsRefused()
    {
        byte[] content = _file.Content;
        content.AsSpan(DeepCompressedWriter.Layers * sizeof(uint), 256 * sizeof(float)).Fill(0xff);
        File.WriteAllBytes(_folder["net"], content);

        var error = Assert.Throws<InvalidWeightsException>(() => BackboneFile.Load(_folder["net"], CPU));

        Assert.Equal($"{_folder["net"]}: 'features.0.weight' holds numbers that are not finite", error.Message);
    }

    private DeepCompressedFile Open(byte[] content)
    {
        File.WriteAllBytes(_folder["net"], content);
        return DeepCompressedFile.Open(_folder["net"]);
    }

    private void AssertRefused(byte[] content, params string[] expected)
    {
        var error = Assert.Throws<InvalidWeightsException>(() => Open(content));
        Assert.StartsWith($"{_folder["net"]}: ", error.Message, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(error.Message, Assert.Throws<InvalidWeightsException>(() => BackboneFile.Load(_folder["net"], CPU)).Message);
    }
}
