using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Requests;

public sealed class RequestRulesTests
{
    [Theory]
    [InlineData("sample_count", "10000", "1 to 64, or 0 for 1")]
    [InlineData("sample_count", "65", "1 to 64, or 0 for 1")]
    [InlineData("encoder_temperature", "NaN", "0 to 10")]
    [InlineData("encoder_temperature", "-1", "0 to 10")]
    [InlineData("prior_temperature", "10.5", "0 to 10")]
    [InlineData("prior_temperature", "Infinity", "0 to 10")]
    [InlineData("prior_temperature", "NaN", "0 to 10")]
    [InlineData("scale", "3", "4, 8, or 0")]
    [InlineData("quality", "101", "1 to 100")]
    [InlineData("pixel_sampling", "4", "0 to 3")]
    [InlineData("pixel_sampling", "-1", "0 to 3")]
    [InlineData("input_fit", "3", "0 to 2")]
    [InlineData("preview_format", "5", "0 to 4")]
    [InlineData("result_format", "99", "0 to 4")]
    [InlineData("preview_resolutions", "5", "1, 4, 8, 16, 32, 64")]
    [InlineData("preview_resolutions", "0", "1, 4, 8, 16, 32, 64")]
    [InlineData("stop_at_resolution", "128", "1, 4, 8, 16, 32, 64, or 0")]
    public void Check_OutOfRange_NamesFieldValueAndRange(string field, string value, string accepted)
    {
        UpscaleRequest request = With(field, value);

        var error = Assert.Throws<RpcException>(() => RequestRules.Check(request, TestModels.Info(), 64));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith($"{field}: '{value}'", error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(accepted, error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample_count", "64")]
    [InlineData("encoder_temperature", "0")]
    [InlineData("prior_temperature", "10")]
    [InlineData("scale", "8")]
    [InlineData("quality", "100")]
    [InlineData("pixel_sampling", "3")]
    [InlineData("input_fit", "2")]
    [InlineData("preview_format", "4")]
    [InlineData("preview_resolutions", "64")]
    [InlineData("stop_at_resolution", "64")]
    public void Check_AtTheEdge_IsAccepted(string field, string value) =>
        Assert.NotNull(RequestRules.Check(With(field, value), TestModels.Info(), 64));

    [Fact]
    public void Check_Unset_FillsDefaultsIn()
    {
        UpscaleParameters parameters = RequestRules.Check(new UpscaleRequest(), TestModels.Info(), 64);

        Assert.Equal((1, 90, 64u, false), (parameters.SampleCount, parameters.Quality, parameters.EndResolution, parameters.StopsEarly));
        Assert.Equal((0.8f, 0.7f, PixelSampling.Mean), (parameters.EncoderTemperature, parameters.PriorTemperature, parameters.PixelSampling));
        Assert.Equal((ImageFormat.Png, ImageFormat.Png), (parameters.PreviewFormat, parameters.ResultFormat));
        Assert.Equal([1u, 4u, 8u, 16u, 32u], parameters.PreviewResolutions);
    }

    private static UpscaleRequest With(string field, string value)
    {
        var request = new UpscaleRequest();
        var known = UpscaleRequest.Descriptor.FindFieldByName(field);
        if (known.IsRepeated)
        {
            request.PreviewResolutions.Add(uint.Parse(value));
            return request;
        }

        known.Accessor.SetValue(request, known.FieldType switch
        {
            Google.Protobuf.Reflection.FieldType.Float => (object)float.Parse(value),
            Google.Protobuf.Reflection.FieldType.Enum => int.Parse(value),
            _ => uint.Parse(value),
        });
        return request;
    }
}
