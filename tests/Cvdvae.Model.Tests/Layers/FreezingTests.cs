using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Tests.Leaks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Layers;

[Collection(ProcessWide.Name)]
public sealed class FreezingTests
{
    [Theory]
    [InlineData(64, 16, 1, 1)]
    [InlineData(96, 24, 4, 1)]
    [InlineData(512, 128, 16, 2)]
    public void Freeze_Block_GivesTheSameAndHasNoParameters(int width, int middle, int side, int downRate)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var block = new Block(width, middle, width, side, residual: true, downRate);
        Tensor input = randn(2, side, side, width).permute(0, 3, 1, 2);
        Tensor expected = block.call(input);

        block.Freeze().Freeze();

        TensorAssert.Close(expected, block.call(input));
        Assert.SkipUnless(OneDnnCheck.IsOrderedRight, "this processor's oneDNN can't run frozen convolutions");
        Assert.Equal(["c1.bias", "c1.weight", "c2.bias", "c2.weight", "c3.bias", "c3.weight", "c4.bias", "c4.weight"], block.named_parameters().Select(pair => pair.name).Order());
        Assert.All(block.parameters(), parameter => Assert.Equal(0, parameter.numel()));
    }

    [Fact]
    public void Freeze_WholeModel_DecodesTheSame()
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        using var model = new TinyModel();
        Tensor pixels = TinyModel.Random(3, 1, 3, 8, 8);
        Tensor Decode()
        {
            using FeaturePyramid pyramid = model.Twice.Encoder.call(pixels);
            using var image = new LowResFeatures(model.Twice.Branch, pyramid);
            return model.Decoder.PixelParameters(model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, image), new DecodeRow(2, 0, 0.8f, 0.8f)]));
        }

        Tensor expected = Decode();
        model.Twice.Freeze();
        model.Decoder.Freeze();

        TensorAssert.Close(expected, Decode());
    }

    [Fact]
    public void FreezeRunAndDispose_LeavesNoTensors()
    {
        using IDisposable mode = no_grad();
        using Tensor input = randn(1, 16, 16, 512);
        using Tensor channelsLast = input.permute(0, 3, 1, 2);
        long Left(Action<Block> use)
        {
            long before = Tensor.TotalCount;
            using (var block = new Block(512, 128, 512, 16, residual: true))
            {
                use(block);
            }

            return Tensor.TotalCount - before;
        }

        // TorchSharp counts the objects that a parameter was made of until the garbage collector has them: those of the first parameters, and of the empty ones in their place.
        long expected = Left(_ => { }) + (OneDnnCheck.IsOrderedRight ? 8 : 0);
        Assert.Equal(expected, Left(block => block.Freeze().call(channelsLast).Dispose()));
        Left(block =>
        {
            block.Freeze();
            LiveTensors.AssertConstant(20, () => block.call(channelsLast).Dispose());
        });
    }
}
