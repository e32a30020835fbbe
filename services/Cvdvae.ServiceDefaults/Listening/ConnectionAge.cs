using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Asks connections to end when they have reached an age: HTTP/2 sends GOAWAY, and running calls finish.</summary>
/// <param name="age">The age; each connection's own is up to a tenth shorter or longer.</param>
/// <param name="time">Clock.</param>
internal sealed class ConnectionAge(TimeSpan age, TimeProvider time)
{
    private const double Jitter = 0.1;

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IConnectionLifetimeNotificationFeature? lifetime = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        TimeSpan own = age * (1 + Jitter * (2 * Random.Shared.NextDouble() - 1));
        using ITimer timer = time.CreateTimer(_ => lifetime?.RequestClose(), null, own, Timeout.InfiniteTimeSpan);
        await next(connection).ConfigureAwait(false);
    }
}
