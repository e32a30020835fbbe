using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Commands;
using Cvdvae.Trainer.Evaluation.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

public sealed class BackboneFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_StateDictWithAClassifier_PassesItOver()
    {
        Dictionary<string, PlainTensor> weights = StateDicts.SqueezeNet11();
        weights["classifier.1.weight"] = new PlainTensor([2, 2], [1, 2, 3, float.NaN]);

        using Backbone backbone = BackboneFile.Load(StateDicts.Write(_folder["weights"], weights), CPU);

        Assert.Equal("SqueezeNet 1.1", backbone.Architecture.Name);
        Assert.All(backbone.named_parameters(), entry =>
        {
            Assert.Equal(weights[entry.name].Values, entry.parameter.data<float>().ToArray());
            Assert.False(entry.parameter.requires_grad);
        });
    }

    [Fact]
    public void Load_HalfPrecision_IsConverted()
    {
        Dictionary<string, PlainTensor> weights = StateDicts.SqueezeNet11();
        using (NewDisposeScope())
        {
            SafetensorsWriter.Write(_folder["weights"], TorchTensors.AsSource(weights.ToDictionary(
                entry => entry.Key, entry => tensor(entry.Value.Values, [.. entry.Value.Shape.Select(length => (long)length)]).to(ScalarType.Float16))));
        }

        using Backbone backbone = BackboneFile.Load(_folder["weights"], CPU);

        Assert.All(backbone.named_parameters(), entry => Assert.Equal(ScalarType.Float32, entry.parameter.dtype));
    }

    [Theory]
    [InlineData("missing tensor", "is not quite SqueezeNet 1.1: 'features.7.expand3x3.bias' is missing")]
    [InlineData("wrong shape", "is not quite SqueezeNet 1.1: 'features.7.expand3x3.bias' is F32 (3) where real numbers of the shape (128) belong")]
    [InlineData("whole numbers", "is not quite SqueezeNet 1.1: 'features.0.bias' is I32 (64) where real numbers of the shape (64) belong")]
    [InlineData("another layer", "is not quite SqueezeNet 1.1: it has no 'features.13.weight'")]
    [InlineData("not a number", "'features.7.expand3x3.bias' holds numbers that are not finite")]
    public void Load_NotQuiteTheNetwork_SaysWhere(string change, string expected)
    {
        Dictionary<string, PlainTensor> weights = StateDicts.SqueezeNet11();
        const string name = "features.7.expand3x3.bias";
        switch (change)
        {
            case "missing tensor": weights.Remove(name); break;
            case "wrong shape": weights[name] = new PlainTensor([3], [1, 2, 3]); break;
            case "another layer": weights["features.13.weight"] = weights[name]; break;
            case "not a number": weights[name].Values[^1] = float.NaN; break;
        }

        StateDicts.Write(_folder["weights"], weights);
        if (change == "whole numbers")
        {
            // The same bytes under another type.
            byte[] content = File.ReadAllBytes(_folder["weights"]);
            int header = BitConverter.ToInt32(content);
            string text = System.Text.Encoding.UTF8.GetString(content, 8, header);
            int entry = text.IndexOf("\"features.0.bias\"", StringComparison.Ordinal);
            content[8 + text.IndexOf("F32", entry, StringComparison.Ordinal)] = (byte)'I';
            File.WriteAllBytes(_folder["weights"], content);
        }

        AssertRefused("weights", expected);
    }

    [Theory]
    [InlineData("tiny-vdvae.th")]
    [InlineData("tinylegacy-vdvae.th")]
    [InlineData("tiny-io.safetensors")]
    public void Load_OtherTensors_SaysWhatIsAccepted(string fixture)
    {
        File.Copy(Fixture.Path(fixture), _folder["weights"]);

        AssertRefused("weights", "holds another network; accepted are state dicts (.pth or .safetensors) of torchvision's AlexNet, VGG-16 or SqueezeNet 1.1, and the deep-compressed SqueezeNet 1.0");
    }

    [Fact]
    public void Load_EmptyFile_SaysSo()
    {
        File.WriteAllText(_folder["weights"], "");

        AssertRefused("weights", "is empty, or no regular file");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("a text that is no file of weights")]
    [InlineData("\u0001\0\0\0\0\0\0\0")]
    public void Load_OtherContent_SaysWhatIsAccepted(string content)
    {
        File.WriteAllText(_folder["weights"], content);

        AssertRefused("weights", "is of another format; accepted are state dicts");
    }

    [Theory]
    [InlineData("tiny-vdvae.th")]
    [InlineData("tinylegacy-vdvae.th")]
    [InlineData("tiny-io.safetensors")]
    public void Load_CutOff_IsAReadableError(string fixture)
    {
        File.WriteAllBytes(_folder["weights"], File.ReadAllBytes(Fixture.Path(fixture))[..^1]);

        AssertRefused("weights", "");
    }

    [Fact]
    public void Load_NoFile_IsAReadableError()
    {
        var error = Assert.ThrowsAny<IOException>(() => BackboneFile.Load(_folder["none"], CPU));

        Assert.Contains(_folder["none"], ExpectedError.Line(error), StringComparison.Ordinal);
    }

    private void AssertRefused(string file, string expected)
    {
        var error = Assert.Throws<InvalidWeightsException>(() => BackboneFile.Load(_folder[file], CPU));
        Assert.StartsWith($"{_folder[file]}: {expected}", ExpectedError.Line(error), StringComparison.Ordinal);
    }
}
