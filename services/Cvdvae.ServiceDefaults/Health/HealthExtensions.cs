using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cvdvae.ServiceDefaults.Health;

/// <summary>
/// Health as grpc.health.v1 and as HTTP: a service is SERVING while every check tagged <see cref="Ready"/> is healthy, which includes that the process is
/// not stopping. By the name <see cref="Live"/> it is SERVING as long as it answers.
/// </summary>
public static class HealthExtensions
{
    /// <summary>Tag of the checks that readiness depends on.</summary>
    public const string Ready = "ready";

    /// <summary>Name by which grpc.health.v1 is asked whether the process answers at all, as <c>/healthz/live</c> is: for liveness probes.</summary>
    public const string Live = "live";

    /// <summary>Answers for a gRPC service by its full name, as for the whole process.</summary>
    public static IServiceCollection AddServingStatus(this IServiceCollection services, string serviceName) =>
        services.Configure<GrpcHealthChecksOptions>(options => options.Services.Map(serviceName, check => check.Tags.Contains(Ready)));

    internal static void AddHealth(this IServiceCollection services)
    {
        services.AddGrpcHealthChecks(options =>
            {
                options.Services.Map("", check => check.Tags.Contains(Ready));
                options.Services.Map(Live, check => check.Tags.Contains(Live));
            })
            .AddCheck<StoppingHealthCheck>("stopping", tags: [Ready])

            // Without any check the answer would be UNKNOWN, which no probe takes.
            .AddCheck(Live, () => HealthCheckResult.Healthy(), [Live]);

        services.AddSingleton<IHealthCheckPublisher, ReadinessLog>();

        // What Watch sends; Check asks the checks themselves.
        services.Configure<HealthCheckPublisherOptions>(options => (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }

    internal static void UseHealth(this IApplicationBuilder app)
    {
        app.UseHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.UseHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) });
    }
}
