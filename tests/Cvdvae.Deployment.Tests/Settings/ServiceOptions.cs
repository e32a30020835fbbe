using Cvdvae.DecoderHost;
using Cvdvae.EncoderHost;
using Cvdvae.Gateway;
using Cvdvae.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>The options of a service as it binds them, found by its own registrations.</summary>
internal sealed class ServiceOptions : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServiceOptions(string role, WebApplication app, IReadOnlyList<Type> types) => (Role, _app, Types) = (role, app, types);

    /// <summary>All services.</summary>
    public static IReadOnlyList<string> Roles { get; } = [ServiceRoles.Gateway, ServiceRoles.Encoder, ServiceRoles.Decoder];

    public string Role { get; }

    /// <summary>Classes of its options.</summary>
    public IReadOnlyList<Type> Types { get; }

    /// <summary>Builds a service, without starting it.</summary>
    /// <param name="role">One of <see cref="Roles"/>.</param>
    /// <param name="settings">Its configuration, keys with colons.</param>
    public static ServiceOptions Of(string role, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults(role);
        _ = role switch
        {
            ServiceRoles.Gateway => builder.AddGateway(),
            ServiceRoles.Encoder => builder.AddEncoderHost(),
            _ => builder.AddDecoderHost(),
        };
        Type[] types =
        [
            .. builder.Services.Select(service => service.ServiceType)
                .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
                .Select(type => type.GenericTypeArguments[0])
                .Where(type => type.Assembly.GetName().Name!.StartsWith("Cvdvae.", StringComparison.Ordinal))
                .Distinct(),
        ];
        builder.Logging.ClearProviders();
        return new ServiceOptions(role, builder.Build(), types);
    }

    /// <summary>Name of a class's section.</summary>
    public static string SectionOf(Type type) => (string)(type.GetField("Section")?.GetRawConstantValue() ?? throw new InvalidOperationException($"{type} has no constant Section"));

    /// <summary>The bound and checked options of a class.</summary>
    /// <exception cref="OptionsValidationException">A value is refused.</exception>
    public object Value(Type type)
    {
        object options = _app.Services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type));
        try
        {
            return options.GetType().GetProperty("Value")!.GetValue(options)!;
        }
        catch (System.Reflection.TargetInvocationException error)
        {
            throw error.InnerException!;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
