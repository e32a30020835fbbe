using Cvdvae.ServiceDefaults.Observability;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Observability;

public sealed class RepeatedFaultTests
{
    [Fact]
    public void Failed_AgainAndAgain_IsToldAtOnceAndThenOnceAMinute()
    {
        var time = new FakeTimeProvider();
        var fault = new RepeatedFault(time);
        List<(int Second, int LeftOut)> told = [];

        for (int second = 0; second < 150; second += 2)
        {
            if (fault.Failed(out int leftOut))
            {
                told.Add((second, leftOut));
            }

            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal([(0, 0), (60, 29), (120, 29)], told);
        Assert.Equal(TimeSpan.FromSeconds(150), fault.Duration);
    }

    [Fact]
    public void Failed_AfterItRecovered_IsToldAtOnce()
    {
        var fault = new RepeatedFault(new FakeTimeProvider());

        Assert.False(fault.Recovered());
        Assert.True(fault.Failed(out _));
        Assert.False(fault.Failed(out _));
        Assert.True(fault.Recovered());
        Assert.True(fault.Failed(out int leftOut));
        Assert.Equal(0, leftOut);
    }
}
