using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Cvdvae.ServiceDefaults.Health;

/// <summary>One log line each time that readiness changes, in place of one for each check that fails.</summary>
internal sealed partial class ReadinessLog : IHealthCheckPublisher
{
    private readonly ILogger<ReadinessLog> _logger;
    private string? _last;

    public ReadinessLog(ILogger<ReadinessLog> logger) => _logger = logger;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        string missing = string.Join(
            "; ",
            report.Entries
                .Where(entry => entry.Value.Status == HealthStatus.Unhealthy && entry.Value.Tags.Contains(HealthExtensions.Ready))
                .Select(entry => $"{entry.Key}: {entry.Value.Description}"));
        if (missing == _last)
        {
            return Task.CompletedTask;
        }

        _last = missing;
        if (missing.Length == 0)
        {
            Ready();
        }
        else
        {
            NotReady(missing);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(120, LogLevel.Information, "ready")]
    private partial void Ready();

    [LoggerMessage(121, LogLevel.Information, "not ready: {Missing}")]
    private partial void NotReady(string missing);
}
