using Cvdvae.ModelHosting.Repository;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.ModelHosting.Tests.Repository;

public sealed class ModelRepositoryTests : IDisposable
{
    private readonly RepositoryFixture _models = new();

    [Fact]
    public async Task Lease_ByName_IsTheNewestVersion()
    {
        foreach (string version in (string[])["9", "10", "1.10"])
        {
            _models.Create(version, version);
        }

        await _models.ScanAsync(2);

        Assert.Equal(["tiny@10", "tiny@9", "tiny@1.10"], _models.Served);
        Assert.Equal("10", _models.Pin("tiny").Version);
        Assert.Equal("1.10", _models.Pin("tiny@1.10").Version);
        IReadOnlyList<ModelLease<FakeContent>> all = _models.Repository.LeaseAll();
        Assert.Equal(3, all.Count);
        Assert.All(all, lease => lease.Dispose());
    }

    [Theory]
    [InlineData("")]
    [InlineData("huge")]
    [InlineData("tiny@2")]
    [InlineData("tiny@")]
    [InlineData("Tiny")]
    public async Task Lease_UnknownModel_IsNotFoundNamingWhatThereIs(string model)
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);

        RpcException error = Assert.Throws<RpcException>(() => _models.Repository.Lease(model));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Contains("available: tiny@1", error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "1", "00", "model.name")]
    [InlineData("tiny", "", "00", "model.version")]
    [InlineData("tiny", "1", "", "model.content_hash")]
    public void Lease_IncompletePin_IsInvalidArgument(string name, string version, string hash, string field)
    {
        RpcException error = Assert.Throws<RpcException>(() => _models.Repository.Lease(new ModelPin { Name = name, Version = version, ContentHash = hash }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith(field, error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => _models.Repository.Lease((ModelPin?)null)).StatusCode);
    }

    [Fact]
    public async Task Lease_AnotherHash_IsFailedPrecondition()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        ModelPin pin = _models.Pin("tiny");

        RpcException error = Assert.Throws<RpcException>(() => _models.Repository.Lease(new ModelPin(pin) { ContentHash = "0123" }));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => _models.Repository.Lease(new ModelPin(pin) { Version = "7" })).StatusCode);
    }

    [Fact]
    public async Task Dispose_WithALease_FreesTheContentWithItsLastUser()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        ModelLease<FakeContent> lease = _models.Repository.Lease("tiny");

        _models.Repository.Dispose();
        Assert.Equal(0, lease.Content.Disposals);

        lease.Dispose();
        Assert.Equal(1, lease.Content.Disposals);
        await _models.ScanAsync(2);
        Assert.Empty(_models.Served);
    }

    [Fact]
    public async Task Lease_WhileModelsAreReplaced_NeverGivesFreedContentAndFreesEachOnce()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        using ModelLease<FakeContent> first = _models.Repository.Lease("tiny");
        using var stop = new CancellationTokenSource();
        Task[] users =
        [
            .. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    using ModelLease<FakeContent> lease = _models.Repository.Lease("tiny");
                    Thread.Yield();
                    Assert.Equal(0, lease.Content.Disposals);
                }
            })),
        ];

        var contents = new List<FakeContent>();
        for (int i = 0; i < 500; i++)
        {
            contents.Add(new FakeContent($"{i}"));
            _models.Repository.Put(new LoadedModel<FakeContent>(first.Identity with { ContentHash = $"{i}" }, first.Folder, contents[^1]));
            _models.Time.Advance(RepositoryFixture.Retain);
            _models.Repository.Prune();
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(users).WithinLimit();

        Assert.All(contents[..^1], content => Assert.Equal(1, content.Disposals));
        Assert.Equal(0, contents[^1].Disposals);
    }

    public void Dispose() => _models.Dispose();
}
