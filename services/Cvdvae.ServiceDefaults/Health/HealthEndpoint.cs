using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cvdvae.ServiceDefaults.Health;

/// <summary>The endpoint for probes that can't speak TLS: it answers grpc.health.v1 and nothing else.</summary>
internal static class HealthEndpoint
{
    private const string Service = "/grpc.health.v1.Health";

    /// <summary>Marks the connections of an endpoint.</summary>
    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Connection.Instance);
        return next(connection);
    });

    /// <summary>Refuses everything else on them, before anything else looks at it.</summary>
    public static void UseHealthEndpoint(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<Connection>() is null || context.Request.Path.StartsWithSegments(Service, StringComparison.Ordinal))
        {
            return next(context);
        }

        // Which gRPC clients read as UNIMPLEMENTED.
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    private sealed class Connection
    {
        public static readonly Connection Instance = new();
    }
}
