using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Settings;

public sealed class ConfigurationReferenceTests
{
    private const string Update = "CVDVAE_UPDATE_CONFIGURATION";

    [Fact]
    public async Task Page_OfAllOptions_IsUpToDate()
    {
        string path = Path.Combine(BuildOutput.Root, "docs", "configuration.md");
        string expected = await ConfigurationReference.WriteAsync();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);
        }

        string page = File.Exists(path) ? await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken) : "";
        Assert.True(page == expected, $"docs/configuration.md is not what the classes say: make configuration\n{FirstDifference(page, expected)}");
    }

    [Fact]
    public async Task KnownOptions_OfAllServices_AreInTheListThatEachServiceHas()
    {
        string path = Path.Combine(BuildOutput.Root, "services", "Cvdvae.ServiceDefaults", "Starting", "known-options.txt");
        string expected = await ConfigurationReference.KeysAsync();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);
        }

        string list = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.True(list == expected, $"{path} is not what the classes say: make configuration\n{FirstDifference(list, expected)}");
    }

    private static string FirstDifference(string page, string expected)
    {
        (string[] there, string[] wanted) = (page.Split('\n'), expected.Split('\n'));
        int line = Enumerable.Range(0, Math.Max(there.Length, wanted.Length)).FirstOrDefault(i => there.ElementAtOrDefault(i) != wanted.ElementAtOrDefault(i));
        return $"line {line + 1} is '{there.ElementAtOrDefault(line)}', not '{wanted.ElementAtOrDefault(line)}'";
    }
}
