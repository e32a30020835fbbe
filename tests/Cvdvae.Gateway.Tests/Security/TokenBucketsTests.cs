using Cvdvae.Gateway.Security;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class TokenBucketsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TokenBuckets<string> _buckets;

    public TokenBucketsTests() => _buckets = new TokenBuckets<string>(_time);

    [Fact]
    public void Take_FullBucket_GivesTheBurstAndNoMore()
    {
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(TimeSpan.Zero, Take("a"));
        }

        Assert.Equal(TimeSpan.FromSeconds(0.5), Take("a"));
    }

    [Fact]
    public void Take_AfterTheWait_IsGranted()
    {
        Take("a", 4);
        _time.Advance(TimeSpan.FromSeconds(0.25));
        TimeSpan wait = Take("a", 3);

        Assert.Equal(TimeSpan.FromSeconds(1.25), wait);
        _time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.NotEqual(TimeSpan.Zero, Take("a", 3));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, Take("a", 3));
    }

    /// <summary>However long the pause: the burst at once, then the rate.</summary>
    [Fact]
    public void Take_AllTheTime_GivesBurstAndRate()
    {
        _time.Advance(TimeSpan.FromHours(1));
        int granted = 0;
        for (int i = 0; i <= 1000; i++)
        {
            granted += Take("a") == TimeSpan.Zero ? 1 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(4 + (2 * 10), granted);
    }

    [Fact]
    public void Take_OneIsEmpty_OthersAreFull()
    {
        Take("a", 4);

        Assert.Equal(TimeSpan.Zero, Take("b", 4));
    }

    [Fact]
    public void Take_MoreThanTheBurst_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Take("a", 5));

    [Fact]
    public void Take_NextToNothingASecond_GivesTheBurstAndNoError()
    {
        const double tiny = double.Epsilon;

        Assert.Equal(TimeSpan.Zero, _buckets.Take("a", 1_000_000, tiny, 1_000_000));
        Assert.InRange(_buckets.Take("a", 1, tiny, 1_000_000), TimeSpan.FromDays(36_000), TimeSpan.FromDays(37_000));
    }

    [Fact]
    public void GiveBack_WhatWasTaken_CanBeTakenAgain()
    {
        Take("a", 4);
        _buckets.GiveBack("a", 3, 2);

        Assert.Equal(TimeSpan.Zero, Take("a", 3));
        Assert.NotEqual(TimeSpan.Zero, Take("a"));
    }

    [Fact]
    public void GiveBack_BucketFullMeanwhile_HoldsTheBurst()
    {
        Take("a", 4);
        _time.Advance(TimeSpan.FromSeconds(2));
        _buckets.GiveBack("a", 4, 2);

        Assert.Equal(TimeSpan.Zero, Take("a", 4));
        Assert.NotEqual(TimeSpan.Zero, Take("a"));
    }

    [Fact]
    public void Take_ManyKeysOnce_AreForgottenWhenFull()
    {
        for (int i = 0; i < 100; i++)
        {
            Take($"peer {i}");
        }

        Assert.Equal(100, _buckets.Count);
        _time.Advance(TimeSpan.FromMinutes(2));
        Take("a");

        Assert.Equal(1, _buckets.Count);
    }

    private TimeSpan Take(string key, int count = 1) => _buckets.Take(key, count, perSecond: 2, burst: 4);
}
