using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Says in one log line, and in a file where one is wanted, where the service listens.</summary>
internal sealed partial class AddressAnnouncer : IHostedLifecycleService
{
    private readonly ListeningAddresses _addresses;
    private readonly string _file;
    private readonly ILogger<AddressAnnouncer> _logger;

    public AddressAnnouncer(ListeningAddresses addresses, IOptions<ListeningOptions> options, ILogger<AddressAnnouncer> logger)
    {
        (_addresses, _file, _logger) = (addresses, options.Value.AddressFile, logger);
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_addresses.Grpc is null)
        {
            return;
        }

        Listening(_addresses.Grpc, _addresses.Http1 ?? "none");
        if (_addresses.Health is { } health)
        {
            Health(health);
        }

        if (_file.Length > 0)
        {
            // A reader sees no file or the whole one.
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(new { grpc = _addresses.Grpc, http = _addresses.Http1, health = _addresses.Health });
            string temporary = $"{_file}.{Environment.ProcessId}.tmp";
            await File.WriteAllBytesAsync(temporary, json, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, _file, overwrite: true);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_file.Length > 0)
        {
            File.Delete(_file);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(100, LogLevel.Information, "listening grpc={Grpc} http={Http}")]
    private partial void Listening(string grpc, string http);

    [LoggerMessage(101, LogLevel.Information, "listening health={Health}")]
    private partial void Health(string health);
}
