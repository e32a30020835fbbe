using Cvdvae.ModelHosting.Repository;
using Xunit;

namespace Cvdvae.ModelHosting.Tests.Repository;

public sealed class ModelVersionTests
{
    [Fact]
    public void Compare_AllPairs_FollowTheOrder()
    {
        string[] ordered = ["0", "1", "1.0-rc2", "1.0-rc10", "1.0", "1.0.1", "1.9", "1.10", "2-beta", "2", "2a", "9", "10", "2024-01", "99999999999999999999", "100000000000000000000", "a", "b"];

        for (int i = 0; i < ordered.Length; i++)
        {
            for (int j = 0; j < ordered.Length; j++)
            {
                int order = ModelVersion.Order.Compare(ordered[i], ordered[j]);
                Assert.True(Math.Sign(order) == Math.Sign(i - j), $"{ordered[i]} and {ordered[j]}: {order}");
            }
        }
    }

    [Fact]
    public void Compare_SameNumbersWrittenDifferently_AreStillOrdered()
    {
        Assert.NotEqual(0, ModelVersion.Order.Compare("1.0", "1.00"));
        Assert.Equal(-ModelVersion.Order.Compare("1.0", "1.00"), ModelVersion.Order.Compare("1.00", "1.0"));
    }
}
