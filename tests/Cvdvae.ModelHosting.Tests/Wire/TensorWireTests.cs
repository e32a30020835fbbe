using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.ModelHosting.Tests.Wire;

public sealed class TensorWireTests
{
    [Fact]
    public void ToWire_ChannelsLastMap_IsRowMajor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = tensor([.. Enumerable.Range(0, 24).Select(i => (float)i)], ScalarType.Float32).reshape(1, 2, 3, 4);
        Tensor channelsLast = map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        TensorContent content = TensorWire.ToWire(channelsLast, TensorType.Float32);

        Assert.Equal([1u, 2, 3, 4], content.Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(content.Data.Span).ToArray());
    }

    [Fact]
    public void ToWire_LargeMap_IsRowMajorAndComesBack()
    {
        // From some thousand elements on libtorch copies in another way.
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        Tensor map = randn([1, 96, 24, 20], generator: generator);
        Tensor channelsLast = map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        TensorContent content = TensorWire.ToWire(channelsLast, TensorType.Float32);

        Assert.Equal(map.data<float>().ToArray(), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(content.Data.Span).ToArray());
        Tensor back = TensorWire.ToTensor(content, InferenceOptions.Default);
        Assert.True(back.eq(map).all().item<bool>());
        Assert.Equal(channelsLast.stride(), back.stride());
    }

    [Theory]
    [InlineData(TensorType.Float32, 0)]
    [InlineData(TensorType.Float16, 1e-3)]
    [InlineData(TensorType.Bfloat16, 8e-3)]
    public void ToTensor_OfToWire_IsTheTensorChannelsLast(TensorType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor map = randn([1, 8, 5, 5], generator: generator).Times(10);

        Tensor back = TensorWire.ToTensor(TensorWire.ToWire(map, type), InferenceOptions.Default);

        Assert.Equal(ScalarType.Float32, back.dtype);
        Assert.Equal(map.shape, back.shape);
        Assert.Equal([200L, 1, 40, 8], back.stride());
        Assert.True(((back - map).abs() <= map.abs().Times(tolerance)).all().item<bool>());
    }

    [Fact]
    public void ToWire_BeyondHalfPrecision_IsItsLargestValue()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = tensor((float[])[1e6f, -1e6f, 1]).reshape(1, 1, 1, 3);

        Tensor back = TensorWire.ToTensor(TensorWire.ToWire(map, TensorType.Float16), InferenceOptions.Default);

        Assert.Equal([65504f, -65504f, 1f], back.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void ToWire_Piece_IsOnlyTheView()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor maps = tensor([.. Enumerable.Range(0, 2 * 3 * 2 * 2).Select(i => (float)i)], ScalarType.Float32).reshape(2, 3, 2, 2);

        TensorContent second = TensorWire.ToWire(maps.narrow(0, 1, 1), TensorType.Float32);

        Assert.Equal(12 * 4, second.Data.Length);
        Assert.Equal(12f, BitConverter.ToSingle(second.Data.Span));
    }

    [Fact]
    public void ParseFeatureType_Names_AreTheThree()
    {
        Assert.Equal(TensorType.Float32, TensorWire.ParseFeatureType("f", "fp32"));
        Assert.Equal(TensorType.Float16, TensorWire.ParseFeatureType("f", "fp16"));
        Assert.Equal(TensorType.Bfloat16, TensorWire.ParseFeatureType("f", "bf16"));
        Assert.Contains("Decoder:FeatureType: 'int8'", Assert.Throws<ArgumentException>(() => TensorWire.ParseFeatureType("Decoder:FeatureType", "int8")).Message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => TensorWire.ToScalarType("type", TensorType.Unspecified)).StatusCode);
    }

    [Fact]
    public void ToTensorAndToWire_Many_LeaveNoTensorBehind()
    {
        using var generator = new Generator(6, CPU);
        using Tensor map = randn([1, 4, 8, 8], generator: generator);
        long before = Tensor.TotalCount;

        for (int i = 0; i < 20; i++)
        {
            using Tensor back = TensorWire.ToTensor(TensorWire.ToWire(map, TensorType.Float16), InferenceOptions.Default);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }
}
