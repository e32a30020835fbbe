using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Security;

/// <summary>Who may call, and how much.</summary>
internal static class SecurityExtensions
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsCheck>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<BearerTokens>();
        services.AddSingleton<CallerAuthentication>();
        return services.AddSingleton<CallerQuotas>();
    }

    /// <summary>Who makes the call; known to calls that came through the gate.</summary>
    public static Caller Caller(this ServerCallContext context) => context.GetHttpContext().Features.GetRequiredFeature<Caller>();
}
