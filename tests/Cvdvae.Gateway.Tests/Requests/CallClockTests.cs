using Cvdvae.Gateway.Requests;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Gateway.Tests.Requests;

public sealed class CallClockTests
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void Remaining_WithADeadline_EndsAMarginBeforeIt()
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin);

        Assert.Equal(TimeSpan.FromMilliseconds(950), clock.Remaining);
        time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(550), clock.Remaining);
        Assert.Equal(TimeSpan.FromMilliseconds(400), clock.Elapsed);
        time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(TimeSpan.Zero, clock.Remaining);
    }

    [Theory]
    [InlineData(60, 50, 30)]
    [InlineData(60, 5000, 30)]
    [InlineData(-10, 50, 0)]
    public void Remaining_ShortDeadline_KeepsHalfOfItForTheDecode(int deadlineMs, int marginMs, int remainingMs)
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddMilliseconds(deadlineMs), TimeSpan.FromMilliseconds(marginMs));

        Assert.Equal(TimeSpan.FromMilliseconds(remainingMs), clock.Remaining);
    }

    [Fact]
    public void StartGuard_DecoderIsLate_FiresBetweenTheMarginAndTheDeadline()
    {
        var time = new FakeTimeProvider();
        using CancellationTokenSource guard = new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin).StartGuard();

        time.Advance(TimeSpan.FromMilliseconds(959));
        Assert.False(guard.IsCancellationRequested);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(guard.IsCancellationRequested);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.001)]
    [InlineData(-1)]
    [InlineData(-9)]
    [InlineData(-60_000)]
    public void Lifetime_DeadlinePassedAlready_EndsAtOnce(double deadlineMs)
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddMilliseconds(deadlineMs), Margin);
        using CancellationTokenSource guard = clock.StartGuard();
        using var lifetime = new CallLifetime(clock, CancellationToken.None);

        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(guard.IsCancellationRequested);
        Assert.True(lifetime.TimeIsUp);
        Assert.False(clock.LeavesTimeToRefine);
    }

    [Fact]
    public void LeavesTimeToRefine_NearTheDeadline_EndsHalfAMarginBeforeIt()
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin);

        time.Advance(TimeSpan.FromMilliseconds(974));
        Assert.True(clock.LeavesTimeToRefine);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(clock.LeavesTimeToRefine);
        Assert.True(new CallClock(time, DateTime.MaxValue, Margin).LeavesTimeToRefine);
    }

    [Fact]
    public void RemainingForFirstFrame_WithADeadline_EndsWithinTheMargin()
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin);

        Assert.Equal(TimeSpan.FromMilliseconds(980), clock.RemainingForFirstFrame);
        Assert.Equal(TimeSpan.FromMilliseconds(985), clock.RemainingForAnything);
        time.Advance(TimeSpan.FromMilliseconds(990));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (clock.RemainingForFirstFrame, clock.RemainingForAnything));
        Assert.Null(new CallClock(time, DateTime.MaxValue, Margin).RemainingForFirstFrame);
    }

    [Theory]
    [InlineData(true, 960)]
    [InlineData(false, 985)]
    public void Lifetime_GuardFires_EndsOnlyWhereThereIsAnImage(bool hasImages, int endsAtMs)
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin);
        using var lifetime = new CallLifetime(clock, CancellationToken.None) { HasImages = () => hasImages };

        time.Advance(TimeSpan.FromMilliseconds(endsAtMs - 1));
        Assert.False(lifetime.TimeIsUp);
        Assert.False(lifetime.Decoding.IsCancellationRequested);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(lifetime.TimeIsUp);
        Assert.True(lifetime.Decoding.IsCancellationRequested);
    }

    [Fact]
    public void StartGuard_NoDeadline_NeverFires()
    {
        var time = new FakeTimeProvider();
        var clock = new CallClock(time, DateTime.MaxValue, Margin);
        using CancellationTokenSource guard = clock.StartGuard();

        time.Advance(TimeSpan.FromDays(400));

        Assert.False(guard.IsCancellationRequested);
        Assert.Null(clock.Remaining);
    }

    [Fact]
    public void StartGuard_DeadlineInYears_Starts()
    {
        var time = new FakeTimeProvider();
        using CancellationTokenSource guard = new CallClock(time, time.GetUtcNow().UtcDateTime.AddYears(100), Margin).StartGuard();

        Assert.False(guard.IsCancellationRequested);
    }

    [Fact]
    public void Longest_WithoutADeadlineOrWithALaterOne_EndsTheCallAndIsNoneOfTheDecoders()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        foreach (DateTime deadline in new[] { DateTime.MaxValue, time.GetUtcNow().UtcDateTime.AddDays(2) })
        {
            var clock = new CallClock(time, deadline, Margin, TimeSpan.FromHours(1));
            using CancellationTokenSource guard = clock.StartGuard();

            Assert.Null(clock.Remaining);
            Assert.Null(clock.RemainingForFirstFrame);
            Assert.InRange(clock.RemainingForAnything!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
            time.Advance(TimeSpan.FromHours(1));
            Assert.True(guard.IsCancellationRequested);
        }

        Assert.InRange(new CallClock(time, time.GetUtcNow().UtcDateTime.AddSeconds(1), Margin, TimeSpan.FromHours(1)).Remaining!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }
}
