using Cvdvae.ServiceDefaults.Starting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Scans at the start and then at intervals.</summary>
internal sealed partial class ModelScanService<T> : BackgroundService, IHostedLifecycleService
    where T : class, IDisposable
{
    private static readonly TimeSpan SlowScan = TimeSpan.FromMinutes(1);

    private readonly ModelScanner<T> _scanner;
    private readonly TimeSpan _interval;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public ModelScanService(ModelScanner<T> scanner, IOptions<ModelRepositoryOptions> options, TimeProvider time, ILogger<ModelScanService<T>> logger)
    {
        (_scanner, _interval, _path, _time, _logger) = (scanner, options.Value.ScanInterval, Path.GetFullPath(options.Value.Path), time, logger);
    }

    /// <summary>Looks for the folder before anything runs: later it may go and come back, but one that is not there at the start is a mistake.</summary>
    /// <exception cref="StartException">There is none, or it can't be read.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        const string option = $"{ModelRepositoryOptions.Section}:{nameof(ModelRepositoryOptions.Path)}";
        if (!Directory.Exists(_path))
        {
            throw new StartException($"{option}: there is no folder '{_path}'");
        }

        try
        {
            using IEnumerator<string> first = Directory.EnumerateFileSystemEntries(_path).GetEnumerator();
            first.MoveNext();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{option}: '{_path}' can't be read: {error.Message}");
        }

        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await ScanAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    /// <summary>Scans once, and says so where that takes long: the disk may hang, and nothing else would tell of it.</summary>
    private async Task ScanAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        Task scan = _scanner.ScanAsync(cancellation);
        while (await Task.WhenAny(scan, Task.Delay(SlowScan, _time, cancellation)).ConfigureAwait(false) != scan)
        {
            cancellation.ThrowIfCancellationRequested();
            Slow(_scanner.Current ?? _path, _time.GetElapsedTime(start).TotalSeconds);
        }

        await scan.ConfigureAwait(false);
    }

    [LoggerMessage(205, LogLevel.Warning, "looking through the models takes {Seconds:0} s already; it is at {Folder}, which is large, or lies on a disk that does not answer")]
    private partial void Slow(string folder, double seconds);
}
