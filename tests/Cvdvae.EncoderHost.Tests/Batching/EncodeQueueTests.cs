using Cvdvae.EncoderHost.Batching;
using Cvdvae.EncoderHost.Encoding;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.EncoderHost.Tests.Batching;

public sealed class EncodeQueueTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EncodeQueue _queue = new(Options.Create(new EncoderOptions { MaxBatch = 3, MaxWaiting = 6 }), TimeProvider.System);
    private readonly ModelRepository<EncoderModel> _models = new(Options.Create(new ModelRepositoryOptions()), TimeProvider.System);

    public EncodeQueueTests()
    {
        foreach (string name in (string[])["a", "b"])
        {
            TinyModel.CreateFolder(_folder.File(name), name);
            ModelFolder folder = ModelFolder.Open(_folder.File(name));
            var content = new EncoderModel(folder.Manifest.Prior, new Dictionary<int, (LowResArchitecture, BottomUpEncoder)>(), InferenceOptions.Default);
            _models.Put(new LoadedModel<EncoderModel>(new ModelIdentity(name, "1", "00"), folder, content));
        }
    }

    [Fact]
    public void Take_SeveralModelsAndScales_IsTheOldestAndWhatFitsWithIt()
    {
        EncodeJob[] jobs = [Add("a", 4), Add("b", 4), Add("a", 8), Add("a", 4), Add("a", 4), Add("a", 4)];

        Assert.Equal([jobs[0], jobs[3], jobs[4]], _queue.Take());
        Assert.Equal([jobs[1]], _queue.Take());
        Assert.Equal([jobs[2]], _queue.Take());
        Assert.Equal([jobs[5]], _queue.Take());
        Assert.Equal(0, _queue.Count);
    }

    [Theory]
    [InlineData(24, 2)]
    [InlineData(26, 1)]
    [InlineData(500, 1)]
    [InlineData(1, 3)]
    public void Take_ImagesOfAMeasuredTime_AreAsManyAsRunWithinTheLongest(double milliseconds, int expected)
    {
        EncodeJob[] jobs = [Add("a", 4), Add("a", 4), Add("a", 4), Add("a", 4)];
        jobs[0].Model.Note(4, TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(expected, _queue.Take()!.Count);
    }

    [Fact]
    public void Backlog_ImagesThatWaitAndRun_IsTheirTimeUntilTheNextTake()
    {
        EncodeJob[] jobs = [Add("a", 4), Add("b", 8), Add("a", 4)];
        Assert.Equal(TimeSpan.Zero, _queue.Backlog);
        jobs[0].Model.Note(4, TimeSpan.FromMilliseconds(20));
        jobs[1].Model.Note(8, TimeSpan.FromMilliseconds(5));
        Assert.Equal(TimeSpan.FromMilliseconds(45), _queue.Backlog);

        Assert.Equal([jobs[0], jobs[2]], _queue.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(45), _queue.Backlog);
        Assert.Equal([jobs[1]], _queue.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(5), _queue.Backlog);
        _queue.Close();
        Assert.Null(_queue.Take());
        Assert.Equal(TimeSpan.Zero, _queue.Backlog);
    }

    [Fact]
    public void TryAdd_Full_IsFalse()
    {
        for (int i = 0; i < 6; i++)
        {
            Add("a", 4);
        }

        Assert.False(_queue.TryAdd(Job("a", 4)));
        _queue.Take();
        Assert.True(_queue.TryAdd(Job("a", 4)));
    }

    [Fact]
    public void Close_WithImages_GivesThemAndThenTheEnd()
    {
        EncodeJob job = Add("a", 4);
        _queue.Close();

        Assert.False(_queue.TryAdd(Job("a", 4)));
        Assert.Equal([job], _queue.Take());
        Assert.Null(_queue.Take());
    }

    [Fact]
    public async Task Take_Empty_WaitsForTheFirst()
    {
        Task<IReadOnlyList<EncodeJob>?> taking = Task.Run(_queue.Take, TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(taking.IsCompleted);

        EncodeJob job = Add("b", 4);

        Assert.Equal([job], await taking.WithinLimit());
    }

    public void Dispose()
    {
        _models.Dispose();
        _folder.Dispose();
    }

    private EncodeJob Add(string model, int scale)
    {
        EncodeJob job = Job(model, scale);
        Assert.True(_queue.TryAdd(job));
        return job;
    }

    private EncodeJob Job(string model, int scale) => new(_models.Lease(model))
    {
        Scale = scale,
        Levels = default,
        FeatureType = TensorType.Float32,
        Resolutions = new HashSet<int>(),
        Cancelled = CancellationToken.None,
    };
}
