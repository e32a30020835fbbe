using Cvdvae.Model.Runtime;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Runtime;

public sealed class InferenceOptionsTests
{
    [Theory]
    [InlineData("fp32", ScalarType.Float32)]
    [InlineData("bf16", ScalarType.BFloat16)]
    [InlineData("fp16", ScalarType.Float16)]
    public void Parse_Precision_IsItsType(string text, ScalarType type) => Assert.Equal(type, InferenceOptions.Parse("cpu", text).Precision);

    [Theory]
    [InlineData("cpu", "fp64", "precision: 'fp64'")]
    [InlineData("cpu", "", "precision: ''")]
    [InlineData("", "fp32", "device: ''")]
    [InlineData("gpu", "fp32", "device: 'gpu'")]
    [InlineData("CPU", "fp32", "device: 'CPU'")]
    [InlineData("cuda:", "fp32", "device: 'cuda:'")]
    [InlineData("cuda:x", "fp32", "device: 'cuda:x'")]
    [InlineData("cuda:-1", "fp32", "device: 'cuda:-1'")]
    [InlineData("cuda:4096", "fp32", "device: 'cuda:4096'")]
    public void Parse_OtherText_NamesTheFieldAndTheValue(string device, string precision, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => InferenceOptions.Parse(device, precision)).Message, StringComparison.Ordinal);
}
