using System.Globalization;
using Cvdvae.Model.Weights;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.EncoderHost.Tests;

/// <summary>What the official program computes from the tiny model's two low-res images.</summary>
internal static class ReferenceMaps
{
    public static readonly int[] Resolutions = [1, 4, 8];

    /// <summary>One of the two low-res images as a request carries it.</summary>
    public static V1.Tensor Image(int image)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        Tensor levels = TorchTensors.Load(file, "y.u8")[image].permute(1, 2, 0).contiguous(); // (3, h, w) to (h, w, 3)
        return TensorChunks.Whole(new TensorContent(TensorType.Uint8, [TinyModel.InputSize, TinyModel.InputSize, 3], levels.bytes.ToArray()));
    }

    /// <summary>Compares the maps of an image: the largest error relative to the map's largest magnitude.</summary>
    public static void AssertClose(int image, IReadOnlyList<(int Resolution, TensorContent Map)> maps, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Fixture.Path("tiny-io.safetensors"));
        Assert.Equal(Resolutions, maps.Select(map => map.Resolution));
        foreach ((int resolution, TensorContent map) in maps)
        {
            Tensor expected = TorchTensors.Load(file, string.Create(CultureInfo.InvariantCulture, $"cond.enc.act.{resolution}")).narrow(0, image, 1);
            Assert.Equal(expected.shape, map.Shape.Select(length => (long)length));
            Tensor actual = empty(expected.shape, dtype: map.Type switch
            {
                TensorType.Float16 => ScalarType.Float16,
                TensorType.Bfloat16 => ScalarType.BFloat16,
                _ => ScalarType.Float32,
            });
            map.Data.Span.CopyTo(actual.bytes);
            double error = ((actual.to(ScalarType.Float32) - expected).abs().max() / expected.abs().max()).item<float>();
            Assert.True(error <= tolerance, $"resolution {resolution}: {error} is over {tolerance}");
        }
    }
}
