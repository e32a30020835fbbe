using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Packaging;

public sealed class ModelLoadingTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly TemporaryFolder _temporary = new();
    private readonly ModelFolder _folder;

    public ModelLoadingTests()
    {
        _folder = ModelFolder.CreateOrOpen(_temporary.FolderPath, ModelManifestTests.Tiny);
        Write(_folder.PriorPath, _model.Prior);
        Write(_folder.EncoderPath(2), _model.Twice);
        Write(_folder.EncoderPath(4), _model.FourTimes);
    }

    [Fact]
    public void Load_PartsByRole_DecodeLikeTheWhole()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = inference_mode();
        using BottomUpEncoder encoder = _folder.LoadLowResEncoder(2, InferenceOptions.Default);
        using TopDownDecoder first = _folder.LoadDecoder(InferenceOptions.Default, 0, 5);
        using TopDownDecoder second = _folder.LoadDecoder(InferenceOptions.Default, 5);
        using LowResBranch coarse = _folder.LoadBranch(2, InferenceOptions.Default, 0, 5);
        using LowResBranch fine = _folder.LoadBranch(2, InferenceOptions.Default, 5);
        Tensor pixels = TinyModel.Random(3, 1, 3, 8, 8);
        using var whole = new LowResFeatures(_model.Twice.Branch, _model.Twice.Encoder.call(pixels));
        FeaturePyramid pyramid = encoder.call(pixels);
        using var ofFirst = new LowResFeatures(coarse, pyramid);
        using var ofSecond = new LowResFeatures(fine, pyramid);
        using var state = new DecodeState([new DecodeRow(1, 0, 0.8f, 0.8f, ofFirst)]);

        first.Advance(state, 5, TinyModel.Noise);
        using var handed = new DecodeState([new DecodeRow(1, 0, 0.8f, 0.8f, ofSecond)], 5, state.Features!.clone());
        second.Advance(handed, TinyModel.GroupCount, TinyModel.Noise);

        TensorAssert.Close(_model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, whole)]), handed.Features!);
    }

    [Fact]
    public void Load_AnyPart_AsksForNoGradients()
    {
        using VdVae prior = _folder.LoadPrior(CPU);
        using LowResEncoder encoder = _folder.LoadEncoder(4, CPU);

        Assert.All(prior.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.All(encoder.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.False(prior.training);
    }

    [Fact]
    public void LoadDecoder_HalfPrecision_DecodesCloseToFullPrecision()
    {
        using DisposeScope scope = NewDisposeScope();
        using TopDownDecoder decoder = _folder.LoadDecoder(new InferenceOptions(CPU, ScalarType.BFloat16));
        using var state = new DecodeState([new DecodeRow(1, 0, 0.5f, 0.5f)]);

        decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);

        Assert.Equal(ScalarType.BFloat16, state.Features!.dtype);
        TensorAssert.Close(_model.Decode(state.Rows), state.Features, 0.1);
    }

    [Fact]
    public void LoadBranch_ScaleThatIsNotThere_NamesIt() =>
        Assert.Contains("scale 16", Assert.Throws<InvalidModelException>(() => _folder.LoadBranch(16, InferenceOptions.Default)).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _model.Dispose();
        _temporary.Dispose();
    }

    private static void Write(string path, nn.Module module) => SafetensorsWriter.Write(
        path, TorchTensors.AsSource(module.named_parameters().Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))));
}
