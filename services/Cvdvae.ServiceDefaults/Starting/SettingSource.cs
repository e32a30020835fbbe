using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Where a setting comes from, in the words of whoever made it.</summary>
internal static class SettingSource
{
    /// <summary>Names the setting and its source.</summary>
    public static string Describe(IConfiguration configuration, string key)
    {
        IConfigurationProvider? provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(candidate => candidate.TryGet(key, out _));
        return provider switch
        {
            EnvironmentVariablesConfigurationProvider => $"environment variable {Variable(key)}",
            CommandLineConfigurationProvider => $"command line --{key}",
            FileConfigurationProvider { Source.Path: { } path } => $"{key} in {path}",
            _ => key,
        };
    }

    /// <summary>The environment variable of a key.</summary>
    public static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);
}
