using Cvdvae.Model.Packaging;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.ModelHosting.Tests.Repository;

public sealed class ModelScannerTests : IDisposable
{
    private readonly RepositoryFixture _models = new();

    [Fact]
    public async Task Scan_FolderThatJustCame_IsLoadedOnceItStaysTheSame()
    {
        _models.Time.SetUtcNow(DateTimeOffset.UtcNow);
        _models.Create("tiny");

        await _models.ScanAsync();
        Assert.Empty(_models.Served);

        await _models.ScanAsync(3);
        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Single(_models.Loaded);
    }

    [Fact]
    public async Task Scan_FolderThatWasThereBefore_IsLoadedAtOnce()
    {
        _models.Create("tiny");
        _models.Time.Advance(TimeSpan.FromMinutes(1));

        await _models.ScanAsync();

        Assert.Equal(["tiny@1"], _models.Served);
    }

    [Fact]
    public async Task Scan_FoldersOfVersions_AreFoundAndHiddenOnesPassedOver()
    {
        _models.Create("tiny/1");
        _models.Create("tiny/2", "2");
        _models.Create("other", name: "other");
        _models.Create(".incoming", "3");
        _models.Create("tiny/.incoming", "3");
        _models.Create("far/too/deep", "4");

        await _models.ScanAsync(2);

        Assert.Equal(["other@1", "tiny@2", "tiny@1"], _models.Served);
        Assert.Empty(_models.Refusals);
    }

    [Fact]
    public async Task Scan_HalfCopiedFolder_IsWaitedFor()
    {
        _models.Create("tiny");
        byte[] weights = await File.ReadAllBytesAsync(_models.Folder("tiny/prior.safetensors"), TestContext.Current.CancellationToken);
        for (int part = 1; part <= 4; part++)
        {
            await File.WriteAllBytesAsync(_models.Folder("tiny/prior.safetensors"), weights[..(weights.Length * part / 4)], TestContext.Current.CancellationToken);
            _models.Time.SetUtcNow(DateTimeOffset.UtcNow > _models.Time.GetUtcNow() ? DateTimeOffset.UtcNow : _models.Time.GetUtcNow());
            File.SetLastWriteTimeUtc(_models.Folder("tiny/prior.safetensors"), _models.Time.GetUtcNow().UtcDateTime);
            await _models.ScanAsync();
            Assert.Empty(_models.Loaded);
        }

        await _models.ScanAsync();

        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Empty(_models.Refusals);
    }

    [Fact]
    public async Task Scan_NewVersion_IsServedOnlyAfterItsWarmUp()
    {
        _models.Create("tiny/1");
        await _models.ScanAsync(2);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        ModelLoader<FakeContent> load = _models.Load;
        _models.Load = (folder, cancellation) =>
        {
            entered.SetResult();
            release.Wait(InTime.Limit, cancellation);
            return load(folder, cancellation);
        };
        _models.Create("tiny/2", "2");
        _models.Time.Advance(TimeSpan.FromMinutes(1));

        Task scan = _models.ScanAsync();
        await entered.Task.WithinLimit();
        Assert.Equal(["tiny@1"], _models.Served);
        using (ModelLease<FakeContent> lease = _models.Repository.Lease("tiny"))
        {
            Assert.Equal("1", lease.Identity.Version);
        }

        release.Set();
        await scan.WithinLimit();
        Assert.Equal(["tiny@2", "tiny@1"], _models.Served);
        using (ModelLease<FakeContent> lease = _models.Repository.Lease("tiny"))
        {
            Assert.Equal("2", lease.Identity.Version);
        }
    }

    [Fact]
    public async Task Scan_ContentReplaced_RunningCallsFinishOnTheOldOne()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        ModelPin old = _models.Pin("tiny");
        ModelLease<FakeContent> running = _models.Repository.Lease(old);

        _models.Create("tiny", licence: "another");
        await _models.ScanAsync(2);
        ModelPin current = _models.Pin("tiny");
        Assert.NotEqual(old.ContentHash, current.ContentHash);

        // For a while the old one can still be had.
        using (ModelLease<FakeContent> late = _models.Repository.Lease(old))
        {
            Assert.Same(running.Content, late.Content);
        }

        _models.Time.Advance(RepositoryFixture.Retain);
        await _models.ScanAsync();
        RpcException error = Assert.Throws<RpcException>(() => _models.Repository.Lease(old));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Contains(current.ContentHash, error.Status.Detail, StringComparison.Ordinal);

        Assert.Equal(0, running.Content.Disposals);
        running.Dispose();
        running.Dispose();
        Assert.Equal(1, running.Content.Disposals);
        Assert.Equal(0, _models.Loaded[1].Disposals);
    }

    [Fact]
    public async Task Scan_VersionChangedInPlace_TakesTheOldOneAway()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);

        _models.Create("tiny", "2");
        await _models.ScanAsync(2);

        Assert.Equal(["tiny@2"], _models.Served);
    }

    [Fact]
    public async Task Scan_BadContent_IsRefusedOnceAndTheOldStays()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        ModelPin old = _models.Pin("tiny");

        await File.WriteAllTextAsync(_models.Folder("tiny/model.json"), "{ \"name\": 1 }", TestContext.Current.CancellationToken);
        await _models.ScanAsync(6);

        LogLine line = Assert.Single(_models.Refusals);
        Assert.Contains("model.json", line.Text, StringComparison.Ordinal);
        Assert.Contains("served from it: tiny@1", line.Text, StringComparison.Ordinal);
        _models.Repository.Lease(old).Dispose();

        _models.Create("tiny", licence: "mended");
        await _models.ScanAsync(2);
        Assert.NotEqual(old.ContentHash, _models.Pin("tiny").ContentHash);
        Assert.Single(_models.Refusals);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("prior.safetensors")]
    public async Task Scan_NamedPipeInPlaceOfAFile_IsRefusedAndTheOthersAreServed(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there are no named pipes in folders");
        _models.Create("bad", name: "bad");
        _models.Create("tiny");
        string path = _models.Folder($"bad/{file}");
        byte[] content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        File.Delete(path);
        await using (ChildProcess pipe = ChildProcess.Start("mkfifo", [path]))
        {
            Assert.Equal(0, await pipe.ExitAsync(TimeSpan.FromSeconds(30)));
        }

        await _models.ScanAsync(3);

        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Contains($"{file}: is empty, or no regular file", Assert.Single(_models.Refusals).Text, StringComparison.Ordinal);

        File.Delete(path);
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        await _models.ScanAsync(2);
        Assert.Equal(["bad@1", "tiny@1"], _models.Served);
    }

    [Fact]
    public async Task Scan_LoaderRefuses_IsLoggedOnceAndTheOthersAreServed()
    {
        _models.Create("bad", name: "bad");
        _models.Create("tiny");
        ModelLoader<FakeContent> load = _models.Load;
        _models.Load = (folder, cancellation) => folder.Manifest.Name == "bad" ? throw new InvalidModelException("prior.safetensors", "is truncated") : load(folder, cancellation);

        await _models.ScanAsync(40);

        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Contains("prior.safetensors: is truncated", Assert.Single(_models.Refusals).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_FailureThatPasses_IsTriedAgainLater()
    {
        _models.Create("tiny");
        int attempts = 0;
        ModelLoader<FakeContent> load = _models.Load;
        _models.Load = (folder, cancellation) => ++attempts <= 2 ? throw new IOException("no memory on the device") : load(folder, cancellation);

        await _models.ScanAsync(10);
        Assert.Equal(1, attempts);

        await _models.ScanAsync(40);
        Assert.Equal(3, attempts);
        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Single(_models.Refusals);
    }

    [Fact]
    public async Task Scan_FolderChangesWhileItLoads_IsLoadedAgain()
    {
        _models.Create("tiny");
        ModelLoader<FakeContent> load = _models.Load;
        bool hasChanged = false;
        _models.Load = (folder, cancellation) =>
        {
            FakeContent content = load(folder, cancellation);
            if (!hasChanged)
            {
                hasChanged = true;
                _models.Create("tiny", licence: "changed");
            }

            return content;
        };

        await _models.ScanAsync(4);

        Assert.Equal([1, 0], _models.Loaded.Select(content => content.Disposals));
        using ModelLease<FakeContent> lease = _models.Repository.Lease("tiny");
        Assert.Equal(lease.Identity.ContentHash, lease.Content.Hash);
    }

    [Fact]
    public async Task Scan_FolderTouched_IsNotLoadedAgain()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);

        File.SetLastWriteTimeUtc(_models.Folder("tiny/model.json"), DateTime.UtcNow.AddHours(-1));
        await _models.ScanAsync(3);

        Assert.Single(_models.Loaded);
    }

    [Fact]
    public async Task Scan_FolderGone_IsServedUntilTheNextScan()
    {
        _models.Create("tiny");
        await _models.ScanAsync(2);
        ModelPin pin = _models.Pin("tiny");
        Directory.Delete(_models.Folder("tiny"), recursive: true);

        await _models.ScanAsync();
        Assert.Equal(["tiny@1"], _models.Served);
        await _models.ScanAsync();
        Assert.Empty(_models.Served);
        _models.Repository.Lease(pin).Dispose();

        _models.Time.Advance(RepositoryFixture.Retain);
        await _models.ScanAsync();
        Assert.Equal(1, _models.Loaded[0].Disposals);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => _models.Repository.Lease(pin)).StatusCode);
    }

    [Fact]
    public async Task Scan_SameVersionInTwoFolders_TheFirstStaysUntilItGoes()
    {
        _models.Create("first");
        await _models.ScanAsync(2);
        _models.Create("second", licence: "another");
        await _models.ScanAsync(5);
        Assert.Contains("which is served from", Assert.Single(_models.Refusals).Text, StringComparison.Ordinal);
        using (ModelLease<FakeContent> lease = _models.Repository.Lease("tiny"))
        {
            Assert.Equal(_models.Folder("first"), lease.Folder.FolderPath);
        }

        Directory.Delete(_models.Folder("first"), recursive: true);
        await _models.ScanAsync(3);

        using ModelLease<FakeContent> after = _models.Repository.Lease("tiny");
        Assert.Equal(_models.Folder("second"), after.Folder.FolderPath);
        Assert.Equal(["tiny@1"], _models.Served);
    }

    [Fact]
    public async Task Scan_FolderRenamed_IsNotLoadedAgain()
    {
        _models.Create("before");
        await _models.ScanAsync(2);
        Directory.Move(_models.Folder("before"), _models.Folder("after"));

        await _models.ScanAsync(5);

        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Single(_models.Loaded);
        Assert.Equal(0, _models.Loaded[0].Disposals);
    }

    [Fact]
    public async Task Scan_NoFolderOfModels_IsLoggedOnceAndKeepsWhatIsLoaded()
    {
        _models.Create("models/tiny");
        _models.Options.Value.Path = _models.Folder("models");
        await _models.ScanAsync(2);
        Directory.Move(_models.Folder("models"), _models.Folder("away"));

        await _models.ScanAsync(5);

        Assert.Equal(["tiny@1"], _models.Served);
        Assert.Single(_models.Logs.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains("can't be read", StringComparison.Ordinal));
    }

    public void Dispose() => _models.Dispose();
}
