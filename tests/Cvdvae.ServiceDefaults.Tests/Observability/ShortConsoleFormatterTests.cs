using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Observability;

public sealed class ShortConsoleFormatterTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 34, 56, 789, TimeSpan.Zero);

    [Fact]
    public void Write_InsideACall_IsOneLineWithTheTwoIdsOnce()
    {
        var scopes = new LoggerExternalScopeProvider();
        using IDisposable activity = scopes.Push(new[] { Pair("SpanId", "0102030405060708"), Pair("TraceId", Trace), Pair("ParentId", "0000000000000000") });
        using IDisposable connection = scopes.Push(new[] { Pair("ConnectionId", "0HNH") });
        using IDisposable request = scopes.Push(new[] { Pair("RequestPath", "/cvdvae.v1.SuperResolutionService/Upscale"), Pair("RequestId", "0HNH:1") });
        using IDisposable id = scopes.Push(new RequestScope(RequestId.Parse("x", "order-68")));

        string line = Line(scopes, "5 samples reached 64", null);

        Assert.Equal($"2026-11-30T12:34:56.789Z info: SuperResolutionApi[320] 5 samples reached 64 request_id=order-68 trace_id={Trace}\n", line);
    }

    [Fact]
    public void Write_IdInTheMessage_IsNotSaidTwice()
    {
        var scopes = new LoggerExternalScopeProvider();
        using IDisposable id = scopes.Push(new RequestScope(RequestId.Parse("x", "order-68")));

        Assert.Equal("2026-11-30T12:34:56.789Z info: SuperResolutionApi[320] refused request_id=order-68\n", Line(scopes, "refused request_id=order-68", null));
    }

    [Fact]
    public void Write_LinesAndException_AreOneLine()
    {
        string line = Line(null, "one\r\ntwo", new InvalidOperationException("three\nfour"));

        Assert.StartsWith("2026-11-30T12:34:56.789Z info: SuperResolutionApi[320] one  two System.InvalidOperationException: three four", line, StringComparison.Ordinal);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Write_GenericClass_HasItsPlainName() =>
        Assert.Contains(" info: ModelScanner[320] ", Line(null, "x", null, "Cvdvae.ModelHosting.Repository.ModelScanner<Cvdvae.DecoderHost.Models.LoadedDecoder>"), StringComparison.Ordinal);

    private static KeyValuePair<string, object?> Pair(string key, string value) => new(key, value);

    private static string Line(IExternalScopeProvider? scopes, string message, Exception? error, string category = "Cvdvae.Gateway.Upscaling.SuperResolutionApi")
    {
        using var text = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(LogLevel.Information, category, new EventId(320), message, error, (state, _) => state);
        new ShortConsoleFormatter(new FakeTimeProvider(Now)).Write(entry, scopes, text);
        return text.ToString();
    }
}
