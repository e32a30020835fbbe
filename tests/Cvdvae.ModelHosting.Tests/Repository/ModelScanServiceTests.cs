using Cvdvae.ModelHosting.Repository;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.ModelHosting.Tests.Repository;

public sealed class ModelScanServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Host_ModelPutInPlace_BecomesHealthyAndIsFreedAtTheEnd()
    {
        var loaded = new List<FakeContent>();
        IHost host = Build(loaded, ("Models:Path", _folder.FolderPath), ("Models:ScanInterval", "00:00:00.02"));
        await host.StartAsync(TestContext.Current.CancellationToken).WithinLimit();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var repository = host.Services.GetRequiredService<ModelRepository<FakeContent>>();

        await InTime.Until(() => repository.HasScanned);
        HealthReport before = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, before.Status);
        Assert.Equal("no model is loaded", before.Entries["probe-models"].Description);

        TinyModel.CreateFolder(_folder.File("tiny"));
        await InTime.Until(async () => (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status == HealthStatus.Healthy);
        Assert.Equal("tiny", Assert.Single(repository.Models).Name);

        await host.StopAsync(TestContext.Current.CancellationToken).WithinLimit();
        host.Dispose();
        Assert.All(loaded, content => Assert.Equal(1, content.Disposals));
    }

    [Fact]
    public async Task Scan_ThatTakesLong_IsToldEachMinute()
    {
        using var models = new RepositoryFixture();
        using var go = new ManualResetEventSlim();
        models.Load = (folder, cancellation) =>
        {
            go.Wait(TimeSpan.FromSeconds(60), cancellation);
            return new FakeContent(folder.ContentHash(cancellation));
        };
        models.Create("tiny");
        models.Time.Advance(TimeSpan.FromMinutes(1));
        using var service = new ModelScanService<FakeContent>(models.Scanner, models.Options, models.Time, models.Logs.For<ModelScanService<FakeContent>>());
        await service.StartAsync(TestContext.Current.CancellationToken).WithinLimit();
        await InTime.Until(() => models.Scanner.Current is not null);

        await InTime.Until(() =>
        {
            models.Time.Advance(TimeSpan.FromMinutes(1));
            return models.Logs.Lines.Count(line => line.Event == 205) >= 2;
        });
        go.Set();
        await InTime.Until(() => models.Served.Any());
        await service.StopAsync(TestContext.Current.CancellationToken).WithinLimit();

        Assert.Contains($"it is at {models.Folder("tiny")}", models.Logs.Lines.First(line => line.Event == 205).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Models:Path", "")]
    [InlineData("Models:ScanInterval", "00:00:00")]
    [InlineData("Models:Retain", "-00:00:01")]
    public async Task Host_OptionOutOfRange_DoesNotStart(string key, string value)
    {
        using IHost host = Build([], (key, value));

        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken).WithinLimit());

        Assert.Contains(key.Split(':')[1], error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static IHost Build(List<FakeContent> loaded, params IEnumerable<(string Key, string Value)> settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.Services.AddModelRepository<FakeContent>("probe", _ => (folder, _) =>
        {
            loaded.Add(new FakeContent(folder.ContentHash(TestContext.Current.CancellationToken)));
            return loaded[^1];
        });
        return builder.Build();
    }
}
