using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Scans at the start and then at intervals.</summary>
internal sealed class ModelScanService<T> : BackgroundService
    where T : class, IDisposable
{
    private readonly ModelScanner<T> _scanner;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;

    public ModelScanService(ModelScanner<T> scanner, IOptions<ModelRepositoryOptions> options, TimeProvider time)
    {
        (_scanner, _interval, _time) = (scanner, options.Value.ScanInterval, time);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _scanner.ScanAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }
}
