using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Finds all that is wrong with the settings of a process at once, before anything of it is made.</summary>
internal static class OptionsCheck
{
    /// <summary>Checks names and values of all settings, and the options that are made of them.</summary>
    /// <param name="services">What the process is made of.</param>
    /// <param name="configuration">Its settings.</param>
    /// <exception cref="StartException">Something is wrong.</exception>
    public static ConfigurationCheck Run(IServiceCollection services, IConfiguration configuration)
    {
        Type[] types = [.. TypesOf(services)];
        ConfigurationCheck check = new ConfigurationCheck(configuration, new KnownOptions(types)).Run();
        List<string> problems = [.. check.Problems];

        // A text that can't be read keeps its whole class, and those that are checked against it, from being made; it has been told already.
        HashSet<string> unreadable = new(check.Problems.Select(problem => problem.Split(':')[0]), StringComparer.OrdinalIgnoreCase);
        using ServiceProvider provider = services.BuildServiceProvider();
        foreach (Type type in types.Where(type => !unreadable.Contains(OptionName.SectionOf(type))))
        {
            try
            {
                _ = Value(provider, type);
            }
            catch (InvalidOperationException) when (unreadable.Count > 0)
            {
                // See above.
            }
            catch (Exception error)
            {
                problems.AddRange(StartProblems.Of(error));
            }
        }

        return problems.Count == 0 ? check : throw new StartException([.. problems.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Classes of options that a process binds, by its own registrations.</summary>
    internal static IEnumerable<Type> TypesOf(IServiceCollection services) => services.Select(service => service.ServiceType)
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
        .Select(type => type.GenericTypeArguments[0])
        .Where(type => type.Assembly.GetName().Name!.StartsWith("Cvdvae.", StringComparison.Ordinal))
        .Distinct();

    private static object? Value(ServiceProvider provider, Type type)
    {
        object options = provider.GetRequiredService(typeof(IOptions<>).MakeGenericType(type));
        return options.GetType().GetProperty(nameof(IOptions<>.Value))!.GetValue(options, BindingFlags.DoNotWrapExceptions, null, null, null);
    }
}
