using Cvdvae.ModelHosting.Repository;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cvdvae.ModelHosting.Tests.Repository;

/// <summary>A folder of models, a repository of it, and a clock and a loader in the hands of the test.</summary>
internal sealed class RepositoryFixture : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan Retain = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();

    public RepositoryFixture()
    {
        Options = Microsoft.Extensions.Options.Options.Create(new ModelRepositoryOptions { Path = _folder.FolderPath, ScanInterval = Interval, Retain = Retain });
        Repository = new ModelRepository<FakeContent>(Options, Time);
        Load = (folder, cancellation) =>
        {
            var content = new FakeContent(folder.ContentHash(cancellation));
            Loaded.Add(content);
            return content;
        };
        Scanner = new ModelScanner<FakeContent>(Repository, (folder, cancellation) => Load(folder, cancellation), Options, Time, Logs.For<ModelScanner<FakeContent>>());
    }

    public IOptions<ModelRepositoryOptions> Options { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public LogCollector Logs { get; } = new();

    public ModelRepository<FakeContent> Repository { get; }

    public ModelScanner<FakeContent> Scanner { get; }

    public ModelLoader<FakeContent> Load { get; set; }

    public List<FakeContent> Loaded { get; } = [];

    public IEnumerable<string> Served => Repository.Models.Select(model => model.ToString());

    public IEnumerable<LogLine> Refusals => Logs.Lines.Where(line => line.Level == LogLevel.Warning);

    public string Folder(string name) => _folder.File(name);

    public void Create(string folder, string version = "1", string name = "tiny", string? licence = null) => TinyModel.CreateFolder(Folder(folder), name, version, licence);

    public ModelPin Pin(string model)
    {
        using ModelLease<FakeContent> lease = Repository.Lease(model);
        return lease.Identity.ToPin();
    }

    /// <summary>Scans as often as asked, an interval apart.</summary>
    public async Task ScanAsync(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await Scanner.ScanAsync(CancellationToken.None).WithinLimit();
            Time.Advance(Interval);
        }
    }

    public void Dispose()
    {
        Repository.Dispose();
        _folder.Dispose();
    }
}
