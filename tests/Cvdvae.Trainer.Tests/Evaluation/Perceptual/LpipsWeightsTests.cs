using Cvdvae.Model.Tests.Weights;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Evaluation.Perceptual;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

public sealed class LpipsWeightsTests : IDisposable
{
    private static readonly int[] AlexNetChannels = [64, 192, 384, 256, 256];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("safetensors")]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Load_EachFormat_GivesTheWeights(string format)
    {
        Dictionary<string, PlainTensor> linear = StateDicts.Linear(3, AlexNetChannels);
        switch (format)
        {
            case "safetensors": StateDicts.Write(_folder["lpips"], linear); break;
            case "zip": File.WriteAllBytes(_folder["lpips"], CheckpointBuilder.Zip(Pickle(linear), [.. linear.Select(entry => (entry.Key, Bytes(entry.Value)))])); break;
            default:
                File.WriteAllBytes(
                    _folder["lpips"], CheckpointBuilder.Legacy(Pickle(linear), [.. linear.Select(entry => (entry.Key, (long)entry.Value.Elements, Bytes(entry.Value)))]));
                break;
        }

        using var scope = NewDisposeScope();
        IReadOnlyList<Tensor> weights = LpipsWeights.Load(_folder["lpips"], Backbones.AlexNet, CPU);

        Assert.Equal(linear.Values.Select(tensor => tensor.Values), weights.Select(weight => weight.data<float>().ToArray()));
        foreach (Tensor weight in weights)
        {
            weight.Dispose();
        }
    }

    [Theory]
    [InlineData("another network's")]
    [InlineData("one too few")]
    [InlineData("one too many")]
    [InlineData("another file")]
    public void Load_NotForTheNetwork_SaysWhatIsAccepted(string change)
    {
        Dictionary<string, PlainTensor> linear = change switch
        {
            "another network's" => StateDicts.Linear(3, 64, 128, 256, 512, 512),
            "one too few" => StateDicts.Linear(3, AlexNetChannels[..4]),
            "one too many" => StateDicts.Linear(3, [.. AlexNetChannels, 256]),
            _ => StateDicts.SqueezeNet11(),
        };
        string path = StateDicts.Write(_folder["lpips"], linear);

        var error = Assert.Throws<InvalidWeightsException>(() => LpipsWeights.Load(path, Backbones.AlexNet, CPU));

        Assert.Equal(
            $"{path}: does not fit AlexNet: accepted is a state dict (.pth or .safetensors) of LPIPS with lin0.model.1.weight (1, 64, 1, 1), lin1.model.1.weight (1, 192, 1, 1),"
            + " lin2.model.1.weight (1, 384, 1, 1), lin3.model.1.weight (1, 256, 1, 1), lin4.model.1.weight (1, 256, 1, 1)",
            error.Message);
    }

    [Fact]
    public void Load_ForTheDeepCompressedNetwork_DoesNotFit()
    {
        string path = StateDicts.Write(_folder["lpips"], StateDicts.Linear(3, 64, 128, 256, 384, 384, 512, 512));

        var error = Assert.Throws<InvalidWeightsException>(() => LpipsWeights.Load(path, Backbones.SqueezeNet10, CPU));

        Assert.StartsWith($"{path}: does not fit SqueezeNet 1.0: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotANumber_IsRefused()
    {
        Dictionary<string, PlainTensor> linear = StateDicts.Linear(3, AlexNetChannels);
        linear["lin3.model.1.weight"].Values[5] = float.PositiveInfinity;
        string path = StateDicts.Write(_folder["lpips"], linear);

        var error = Assert.Throws<InvalidWeightsException>(() => LpipsWeights.Load(path, Backbones.AlexNet, CPU));

        Assert.Equal($"{path}: holds numbers that are not finite", error.Message);
    }

    private static byte[] Pickle(Dictionary<string, PlainTensor> tensors)
    {
        PickleBuilder pickle = new PickleBuilder().Proto().Op('}').Op('(');
        foreach ((string name, PlainTensor tensor) in tensors)
        {
            pickle.Text(name).Tensor("FloatStorage", name, tensor.Elements, 0, [1, tensor.Elements, 1, 1], [tensor.Elements, 1, 1, 1]);
        }

        return pickle.Op('u').Op('.').ToArray();
    }

    private static byte[] Bytes(PlainTensor tensor) => CheckpointBuilder.Floats(tensor.Values);
}
