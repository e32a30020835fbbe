using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using TorchSharp;
using Xunit;
using static Cvdvae.Model.Tests.Weights.CheckpointBuilder;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Weights;

public sealed class TorchTensorsTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Load_EachTypeFromASource_IsTheSameTensor(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = TestTensors.UpTo(6).reshape(2, 3).to_type(type);
        ITensorSource source = TorchTensors.AsSource(new Dictionary<string, Tensor> { ["w"] = tensor.t() });

        Tensor loaded = TorchTensors.Load(source, "w");

        Assert.Equal(type, loaded.dtype);
        Assert.Equal([3L, 2], loaded.shape);
        Assert.True(loaded.eq(tensor.t()).all().item<bool>());
        Assert.Equal(ScalarType.Float32, TorchTensors.Load(source, "w", ScalarType.Float32).dtype);
    }

    [Fact]
    public void Load_Fixture_HasTheFilesValues()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        using Tensor pixels = TorchTensors.Load(file, "x.u8");
        using Tensor converted = TorchTensors.Load(file, "x.u8", ScalarType.Float32);

        Assert.Equal(ScalarType.Byte, pixels.dtype);
        Assert.Equal(file.Require("x.u8").Shape, pixels.shape);
        Assert.Equal(file.Bytes("x.u8"), pixels.data<byte>().ToArray());
        Assert.Equal(file.Bytes("x.u8").Select(value => (float)value), converted.data<float>().ToArray());
    }

    [Fact]
    public void Load_WithConversion_LeavesNoOtherTensorBehind()
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        using DisposeScope scope = NewDisposeScope();
        TorchTensors.Load(file, "x.u8", ScalarType.Float32).Dispose();

        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void LoadInto_SameShape_ConvertsAndKeepsTheTarget()
    {
        using ITensorSource source = PyTorchCheckpoint.Parse(SmallZip(), "in");
        using Tensor target = zeros(2, 2, ScalarType.Float64, requires_grad: true);

        TorchTensors.LoadInto(source, "w", target);

        Assert.Equal([1.0, 2, 3, 4], target.data<double>().ToArray());
        Assert.True(target.is_leaf);
    }

    [Fact]
    public void LoadInto_OtherShape_NamesTensorAndShapes()
    {
        using ITensorSource source = PyTorchCheckpoint.Parse(SmallZip(), "in.th");
        using Tensor target = zeros(4);

        var refusal = Assert.Throws<InvalidWeightsException>(() => TorchTensors.LoadInto(source, "w", target));

        Assert.Equal("in.th: tensor 'w' has the shape (2, 2); expected is (4)", refusal.Message);
    }

    [Fact]
    public void Load_BoolOtherThanZeroAndOne_IsRefused()
    {
        using SafetensorsFile file = SafetensorsFile.Parse(
            SafetensorsOf("""{"m":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", 1, 2), "in");

        Assert.Throws<InvalidWeightsException>(() => TorchTensors.Load(file, "m"));
    }

    [Fact]
    public void AsSource_ComplexTensor_IsRefused()
    {
        using Tensor tensor = zeros(2, ScalarType.ComplexFloat32);

        Assert.Throws<ArgumentException>(() => TorchTensors.AsSource(new Dictionary<string, Tensor> { ["c"] = tensor }));
    }
}
