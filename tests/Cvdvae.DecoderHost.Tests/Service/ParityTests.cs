using Cvdvae.V1;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>What is served is what the official program computes, and does not depend on the company a request has or on the number of stages.</summary>
public sealed class ParityTests(OneStage one, TwoStages two) : IClassFixture<OneStage>, IClassFixture<TwoStages>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Decode_TemperatureZeroMode_EqualsTheOfficialImages(int stages)
    {
        TestCluster cluster = Cluster(stages);
        for (int image = 0; image < Reference.Count; image++)
        {
            Decoding decoding = await cluster.DecodeAsync(Still(cluster.Request(image)));

            LevelAssert.SameLevels(Reference.Mode(image), decoding.Levels(0, 32));
            Assert.Equal((32u, CompletionReason.Finished), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Decode_AmongStrangers_EqualsTheOfficialImages(int stages)
    {
        TestCluster cluster = Cluster(stages);
        Task<Decoding>[] strangers = [.. Enumerable.Range(0, 8).Select(index => cluster.DecodeAsync(cluster.Request(index % 2, 3, (ulong)index, 8)))];
        Task<Decoding>[] images = [.. Enumerable.Range(0, Reference.Count).Select(image => cluster.DecodeAsync(Still(cluster.Request(image))))];

        await Task.WhenAll(strangers);
        Decoding[] decodings = await Task.WhenAll(images);

        for (int image = 0; image < Reference.Count; image++)
        {
            LevelAssert.SameLevels(Reference.Mode(image), decodings[image].Levels(0, 32));
        }
    }

    [Fact]
    public async Task Decode_AloneOrInCompanyOrInTwoStages_DrawsTheSame()
    {
        Task<Decoding> Draw(TestCluster cluster) => cluster.DecodeAsync(cluster.Request(1, 4, 42, 1, 4, 8, 16));
        byte[] alone = Frames(await Draw(one.Cluster));
        Task<Decoding>[] strangers = [.. Enumerable.Range(0, 16).Select(index => one.Cluster.DecodeAsync(one.Cluster.Request(index % 2, 2, 1000 + (ulong)index)))];
        byte[] company = Frames(await Draw(one.Cluster));
        await Task.WhenAll(strangers);
        byte[] split = Frames(await Draw(two.Cluster));

        LevelAssert.SameDraw(alone, company);
        LevelAssert.SameDraw(alone, split);
    }

    [Theory]
    [InlineData("1-4", "8-8", "16-32")]
    [InlineData("1-1", "4-32")]
    [InlineData("1-16", "32-32")]
    public async Task Decode_OtherBoundariesOverUnixSockets_EqualsTheOfficialImages(params string[] stages)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(stages, unix: true);
        for (int image = 0; image < Reference.Count; image++)
        {
            Decoding decoding = await cluster.DecodeAsync(Still(cluster.Request(image, 2, 1, 1, 4, 8, 16)));

            LevelAssert.SameLevels(Reference.Mode(image), decoding.Levels(0, 32));
            Assert.Equal(decoding.Levels(0, 32), decoding.Levels(1, 32));
            Assert.Equal(10, decoding.Order.Count);
        }
    }

    [Fact]
    public async Task Decode_FeaturesInHalfPrecisionOnTheWire_ComesClose()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"], ["Decoder:FeatureType=fp16"]);

        Decoding decoding = await cluster.DecodeAsync(Still(cluster.Request()));

        double mean = Reference.Mode(0).Zip(decoding.Levels(0, 32), (expected, actual) => Math.Abs(expected - actual)).Average();
        Assert.InRange(mean, 0, 0.5);
    }

    [Fact]
    public async Task Decode_OtherSampleOrSeed_DrawsAnother()
    {
        Decoding first = await one.Cluster.DecodeAsync(one.Cluster.Request(0, 2, 1));
        Decoding second = await one.Cluster.DecodeAsync(one.Cluster.Request(0, 1, 2));

        Assert.NotEqual(first.Levels(0, 32), first.Levels(1, 32));
        Assert.NotEqual(first.Levels(0, 32), second.Levels(0, 32));
    }

    [Fact]
    public async Task Decode_SamplesOfAnotherReplica_AreThoseOfTheWhole()
    {
        Decoding whole = await one.Cluster.DecodeAsync(one.Cluster.Request(0, 4, 5));
        DecodeRequest rest = one.Cluster.Request(0, 4, 5);
        rest.Samples.RemoveAt(0);
        rest.Samples.RemoveAt(1);

        Decoding decoding = await one.Cluster.DecodeAsync(rest);

        LevelAssert.SameDraw(whole.Levels(1, 32), decoding.Levels(1, 32));
        LevelAssert.SameDraw(whole.Levels(3, 32), decoding.Levels(3, 32));
    }

    private static DecodeRequest Still(DecodeRequest request)
    {
        request.EncoderTemperature = 0;
        request.PriorTemperature = 0;
        request.PixelSampling = PixelSampling.Mode;
        return request;
    }

    private static byte[] Frames(Decoding decoding) =>
        [.. decoding.Frames.OrderBy(frame => (frame.SampleIndex, frame.Resolution)).SelectMany(frame => frame.Image.Data)];

    private TestCluster Cluster(int stages) => stages == 1 ? one.Cluster : two.Cluster;
}
