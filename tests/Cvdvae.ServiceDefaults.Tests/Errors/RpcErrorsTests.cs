using Cvdvae.ServiceDefaults.Errors;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Errors;

public sealed class RpcErrorsTests
{
    [Theory]
    [InlineData(StatusCode.DeadlineExceeded, "", "no answer in time")]
    [InlineData(StatusCode.Unavailable, "", "Unavailable")]
    [InlineData(StatusCode.Unavailable, "the service is stopping", "the service is stopping")]
    public void Reason_WithoutACause_IsNeverEmpty(StatusCode code, string detail, string reason) =>
        Assert.Equal(reason, RpcErrors.Reason(new RpcException(new Grpc.Core.Status(code, detail))));

    [Fact]
    public void Reason_OfAConnection_IsTheInnermostCause()
    {
        var cause = new HttpRequestException("outer", new IOException("Connection refused"));

        Assert.Equal("Connection refused", RpcErrors.Reason(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "Error starting gRPC call.", cause))));
    }

    [Fact]
    public void InvalidArgument_Always_NamesFieldValueAndWhatIsAccepted()
    {
        RpcException error = RpcErrors.InvalidArgument("sample_count", 10_000, "1 to 64");

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("sample_count: '10000' is not accepted; accepted: 1 to 64", error.Status.Detail);
        BadRequest.Types.FieldViolation violation = Assert.Single(RpcErrors.Detail<BadRequest>(error)!.FieldViolations);
        Assert.Equal("sample_count", violation.Field);
        Assert.Equal("'10000' is not accepted; accepted: 1 to 64", violation.Description);
    }

    [Theory]
    [InlineData("a\r\nb\u0000c", "a??b?c")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(0.5, "0.5")]
    [InlineData(null, "")]
    public void Shown_AnyValue_IsOneReadableLine(object? value, string shown) => Assert.Equal(shown, RpcErrors.Shown(value));

    [Fact]
    public void Shown_LongText_IsCut() => Assert.Equal(new string('x', 100) + "...", RpcErrors.Shown(new string('x', 100_000)));

    [Fact]
    public void ResourceExhausted_NegativeDelay_CountsAsNone() =>
        Assert.Equal(TimeSpan.Zero, RpcErrors.RetryDelay(RpcErrors.ResourceExhausted("full", TimeSpan.FromSeconds(-3))));
}
