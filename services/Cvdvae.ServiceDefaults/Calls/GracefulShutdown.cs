using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>
/// Lets running calls finish before the server closes its endpoints. Health says NOT_SERVING at once, new calls get UNAVAILABLE after
/// <see cref="ShutdownOptions.Delay"/>, and what still runs <see cref="ShutdownOptions.Timeout"/> later is aborted, so that an open stream can't keep the process.
/// </summary>
internal sealed partial class GracefulShutdown : IHostedLifecycleService
{
    private static readonly TimeSpan WatchersTime = TimeSpan.FromSeconds(1);
    private readonly RunningCalls _calls;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ShutdownOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GracefulShutdown> _logger;

    public GracefulShutdown(RunningCalls calls, IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<GracefulShutdown> logger)
    {
        (_calls, _lifetime, _options, _time, _logger) = (calls, lifetime, options.Value, time, logger);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A host that is stopped by its own method has not said so yet.
        _lifetime.StopApplication();
        await Task.Delay(_options.Delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _calls.Close();
        if (!await Within(_options.Timeout, _calls.Drained, cancellationToken).ConfigureAwait(false))
        {
            Aborted(_calls.Abort(), _options.Timeout.TotalSeconds);
        }

        // Those who watch the health hear of the end; whoever asks for reflection has no reason to stay.
        if (!await Within(WatchersTime, _calls.Empty, cancellationToken).ConfigureAwait(false))
        {
            _calls.Abort();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> Within(TimeSpan limit, Task task, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(limit, _time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "aborted {Count} calls that still ran {Seconds} s after the stop")]
    private partial void Aborted(int count, double seconds);
}
