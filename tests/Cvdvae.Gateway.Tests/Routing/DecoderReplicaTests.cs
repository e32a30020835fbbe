using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Gateway.Tests.Routing;

public sealed class DecoderReplicaTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceChannels _channels = new(Options.Create(new ServiceChannelOptions()), NullLoggerFactory.Instance);

    public void Dispose() => _channels.Dispose();

    [Fact]
    public void RemainingSeconds_AfterAReport_ShrinksWithTime()
    {
        DecoderReplica replica = Pool(1).Replicas[0];
        replica.Report(new DecoderLoad { BacklogSeconds = 3 });

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, replica.RemainingSeconds, 6);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, replica.RemainingSeconds);
    }

    [Fact]
    public void RemainingSeconds_CallOnItsWay_CountsUntilAReportHasIt()
    {
        DecoderReplica replica = Pool(1).Replicas[0];
        replica.Expect(2);
        replica.Expect(1);
        Assert.Equal((3.0, 2), (replica.RemainingSeconds, replica.Calls));

        replica.Report(new DecoderLoad { BacklogSeconds = 5 });
        replica.Settle(2);

        Assert.Equal(6, replica.RemainingSeconds);
    }

    [Fact]
    public void Choose_ByLoad_TakesTheLeast()
    {
        DecoderPool pool = Pool(3);
        double[] backlogs = [4, 2, 9];
        foreach ((DecoderReplica replica, double backlog) in pool.Replicas.Zip(backlogs))
        {
            pool.Seen(replica, Status(backlog));
        }

        Assert.Same(pool.Replicas[1], pool.Choose(Target(), []));
        pool.Replicas[1].Expect(5);
        Assert.Same(pool.Replicas[0], pool.Choose(Target(), []));
        Assert.Same(pool.Replicas[2], pool.Choose(Target(), [pool.Replicas[0], pool.Replicas[1]]));
    }

    [Fact]
    public void Doubt_UntilItAnswers_CountsTheTime()
    {
        DecoderPool pool = Pool(1);
        DecoderReplica replica = pool.Replicas[0];
        pool.Seen(replica, Status(0));
        Assert.Equal((TimeSpan.Zero, true), (replica.Doubt(), replica.IsDoubted));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), replica.Doubt());

        pool.Seen(replica, Status(0));

        Assert.Equal((false, TimeSpan.Zero), (replica.IsDoubted, replica.Doubt()));
    }

    [Fact]
    public void Choose_AllIdle_TakesTurns()
    {
        DecoderPool pool = Pool(3);
        foreach (DecoderReplica replica in pool.Replicas)
        {
            pool.Seen(replica, Status(0));
        }

        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => pool.Choose(Target(), [])).Distinct().Count());
    }

    [Theory]
    [InlineData("other", null, null)]
    [InlineData("abc", "bf16", null)]
    [InlineData("abc", "fp32", 4u)]
    public void Choose_NobodyHasTheTarget_IsNull(string hash, string? precision, uint? noise)
    {
        DecoderPool pool = Pool(1);
        pool.Seen(pool.Replicas[0], Status(0));

        Assert.Null(pool.Choose(DecodeTarget.Of(TestModels.Info(hash: hash)) with { Precision = precision, NoiseVersion = noise }, []));
        Assert.NotNull(pool.Choose(Target() with { Precision = "fp32", NoiseVersion = 3 }, []));
    }

    [Fact]
    public void Choose_LaterStageOrLost_IsNull()
    {
        DecoderPool pool = Pool(1);
        GetDecoderStatusResponse status = Status(0);
        status.FirstStage = false;
        pool.Seen(pool.Replicas[0], status);
        Assert.Null(pool.Choose(Target(), []));

        pool.Seen(pool.Replicas[0], Status(0));
        Assert.NotNull(pool.Choose(Target(), []));
        Task changed = pool.Changed;
        pool.Lost(pool.Replicas[0]);

        Assert.Null(pool.Choose(Target(), []));
        Assert.True(changed.IsCompleted);
        Assert.Empty(pool.Catalogue.Models);
    }

    [Fact]
    public async Task Wait_Woken_EndsAtOnce()
    {
        DecoderReplica replica = Pool(1).Replicas[0];
        Task waiting = replica.WaitAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        replica.Wake();
        await waiting.Soon();

        Task later = replica.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(later.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await later.Soon();
    }

    private static DecodeTarget Target() => DecodeTarget.Of(TestModels.Info());

    private static GetDecoderStatusResponse Status(double backlog) => new()
    {
        FirstStage = true,
        Precision = "fp32",
        NoiseVersion = 3,
        Load = new DecoderLoad { BacklogSeconds = backlog },
        Models = { new DecoderModel { Info = TestModels.Info(), SecondsPerSample = 1 } },
    };

    private DecoderPool Pool(int count)
    {
        var pool = new DecoderPool();
        for (int i = 0; i < count; i++)
        {
            string address = $"http://127.0.0.1:{9000 + i}";
            pool.Add(new DecoderReplica(address, _channels.For(address), _time));
        }

        return pool;
    }
}
