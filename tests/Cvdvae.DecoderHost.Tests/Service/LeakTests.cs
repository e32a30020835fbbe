using Grpc.Core;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

[Collection(ProcessWide.Name)]
public sealed class LeakTests
{
    [Theory]
    [InlineData("")]
    [InlineData("1-8", "16-32")]
    public async Task Decode_FinishedAndCancelledAndRefused_LeaveNoTensors(params string[] stages)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(stages);
        await CycleAsync(cluster, stages.Length);
        long before = LiveTensors.AfterCollection();

        for (int repetition = 0; repetition < 5; repetition++)
        {
            await CycleAsync(cluster, stages.Length);
        }

        Assert.Equal(before, LiveTensors.Now);
    }

    private static async Task CycleAsync(TestCluster cluster, int stages)
    {
        await Task.WhenAll(cluster.DecodeAsync(cluster.Request(0, 3, 1, 4)), cluster.DecodeAsync(cluster.Request(1, 2, 2)));
        await cluster.RefusedAsync(cluster.Request(0, 1000));
        using (AsyncServerStreamingCall<V1.DecodeResponse> call = cluster.Client.Decode(cluster.Request(0, 2, 3), cancellationToken: TestContext.Current.CancellationToken))
        {
            await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TestCluster.Patience, TestContext.Current.CancellationToken);
        }

        for (int stage = 0; stage < stages; stage++)
        {
            await cluster.IdleAsync(stage);
        }

        await TestCluster.Eventually(() => cluster.Encoder.Running == 0);
    }
}
