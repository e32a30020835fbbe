using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>
/// Lets running calls finish before the server closes its endpoints: meanwhile health says NOT_SERVING and new calls get UNAVAILABLE. After
/// <see cref="ShutdownOptions.Timeout"/> what still runs is aborted, so that an open stream can't keep the process.
/// </summary>
internal sealed partial class GracefulShutdown : IHostedLifecycleService
{
    private readonly RunningCalls _calls;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger<GracefulShutdown> _logger;

    public GracefulShutdown(RunningCalls calls, IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<GracefulShutdown> logger)
    {
        (_calls, _lifetime, _timeout, _time, _logger) = (calls, lifetime, options.Value.Timeout, time, logger);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A host that is stopped by its own method has not said so yet.
        _lifetime.StopApplication();
        try
        {
            await _calls.Drained.WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Aborted(_calls.Abort(), _timeout.TotalSeconds);
        }

        _calls.Abort();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(110, LogLevel.Warning, "aborted {Count} calls that still ran {Seconds} s after the stop")]
    private partial void Aborted(int count, double seconds);
}
