using Cvdvae.Cli.Benchmarking;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Cli.Tests.Benchmarking;

public sealed class WindowTests
{
    [Fact]
    public void AreAlike_EqualWindows_IsTrue() => Assert.True(Window.AreAlike([Make(10, 100), Make(10, 100), Make(10, 100)], 0.01));

    [Fact]
    public void AreAlike_RateDrifts_IsFalse() => Assert.False(Window.AreAlike([Make(10, 100), Make(12, 100), Make(14, 100)], 0.1));

    [Fact]
    public void AreAlike_TimesDrift_IsFalse() => Assert.False(Window.AreAlike([Make(10, 100), Make(10, 120), Make(10, 150)], 0.1));

    [Fact]
    public void AreAlike_NoCalls_IsFalse() => Assert.False(Window.AreAlike([Make(0, 1), Make(0, 1), Make(0, 1)], 0.1));

    [Fact]
    public void Of_MixedCalls_AddsUpWhatWentWell()
    {
        CallRecord failed = new() { Ended = 0, Status = StatusCode.ResourceExhausted };
        Window window = Make(4, 100);
        window = window with { Calls = [.. window.Calls, failed, failed, failed with { Status = StatusCode.Unavailable }] };

        LevelResult result = LevelResult.Of(new LoadLevel(2, null), window, true, 0.5);

        Assert.Equal((4, 2.0, 6.0), (result.Requests, result.RequestsPerSecond, result.SamplesPerSecond));
        Assert.Equal(new Dictionary<string, int> { ["ResourceExhausted"] = 2, ["Unavailable"] = 1 }, result.Errors);
        Assert.Equal((4, 100.0), (result.ResultMs!.Count, result.ResultMs.P99));
        Assert.Equal((4, 10.0), (result.FirstPreviewMs!.Count, result.FirstPreviewMs.P50));
        Assert.Equal([1, 8], result.ResolutionMs.Keys);
        Assert.Equal(40.0, result.ResolutionMs[8].P90);
    }

    /// <summary>Two seconds with calls of three samples.</summary>
    private static Window Make(int calls, double milliseconds) => new(
        [
            .. Enumerable.Range(0, calls).Select(_ => new CallRecord
            {
                Ended = 0,
                Status = StatusCode.OK,
                FirstPreview = TimeSpan.FromMilliseconds(milliseconds / 10),
                Resolutions = new Dictionary<int, TimeSpan> { [8] = TimeSpan.FromMilliseconds(40), [1] = TimeSpan.FromMilliseconds(10) },
                Result = TimeSpan.FromMilliseconds(milliseconds),
                Samples = 3,
            }),
        ],
        TimeSpan.FromSeconds(2));
}
