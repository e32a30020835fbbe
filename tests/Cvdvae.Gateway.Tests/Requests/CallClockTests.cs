using Cvdvae.Gateway.Requests;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Gateway.Tests.Requests;

public sealed class CallClockTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1000, 50, 950)]
    [InlineData(60, 50, 30)] // half of a short time stays for the decode
    [InlineData(60, 5000, 30)]
    [InlineData(-10, 50, 0)]
    public void Remaining_Deadline_IsTheTimeBeforeTheMargin(int deadlineMs, int marginMs, int remainingMs)
    {
        var clock = new CallClock(_time, _time.GetUtcNow().UtcDateTime.AddMilliseconds(deadlineMs), TimeSpan.FromMilliseconds(marginMs));

        Assert.Equal(TimeSpan.FromMilliseconds(remainingMs), clock.Remaining);
    }

    [Fact]
    public void Remaining_NoDeadline_IsUnlimited()
    {
        var clock = new CallClock(_time, DateTime.MaxValue, TimeSpan.FromMilliseconds(50));

        Assert.Null(clock.Remaining);
        Assert.True(clock.LeavesTimeToRefine);
    }
}
