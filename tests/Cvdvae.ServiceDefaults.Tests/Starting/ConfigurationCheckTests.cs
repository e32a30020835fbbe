using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.ServiceDefaults.Starting;
using Cvdvae.ServiceDefaults.Tls;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Starting;

public sealed class ConfigurationCheckTests
{
    private static readonly KnownOptions Known = new([typeof(ListeningOptions), typeof(ShutdownOptions), typeof(TelemetryOptions), typeof(TlsOptions)]);

    [Theory]
    [InlineData("Gateway:MaxSampels", "did you mean Gateway:MaxSamples?")]
    [InlineData("gateway:maxsampels", "did you mean Gateway:MaxSamples?")]
    [InlineData("Gateway:MaxSample", "did you mean Gateway:MaxSamples?")]
    [InlineData("Listen:Gprc", "did you mean Listen:Grpc?")]
    [InlineData("Gateway:Decoder:0", "did you mean Gateway:Decoders:0?")]
    [InlineData("Gateway:MaxSamples:0", "did you mean Gateway:MaxSamples?")]
    [InlineData("Auth:Quota:CostPerSec", "did you mean Auth:Quota:CostPerSecond?")]
    [InlineData("Auth:CostPerSecond", "there is no such option")]
    [InlineData("Encoder:MaxSamples", "did you mean Gateway:MaxSamples?")]
    [InlineData("Gateway:Colour", "there is no such option; docs/configuration.md has all options")]
    [InlineData("Gatway:MaxSamples", "there is no section 'Gatway'; did you mean Gateway:MaxSamples?")]
    [InlineData("Schedular:Anything", "there is no section 'Schedular'; did you mean Scheduler?")]
    [InlineData("Model:Path", "there is no section 'Model'; did you mean Models:Path?")]
    [InlineData("TSL:KeyPath", "there is no section 'TSL'; did you mean Tls:KeyPath?")]
    [InlineData("Gateway:Decoders", "it is a list, whose items have numbers: Gateway:Decoders:0")]
    public void Run_UnknownOption_NamesItAndTheNearest(string key, string message)
    {
        string problem = Assert.Single(Check((key, "1")).Problems);

        Assert.StartsWith($"{key}: ", problem, StringComparison.Ordinal);
        Assert.Contains(message, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gateway:MaxSamples")]
    [InlineData("GATEWAY:MAXSAMPLES")]
    [InlineData("Gateway:Decoders:0")]
    [InlineData("Gateway:Decoders:17")]
    [InlineData("Auth:Quota:CostPerSecond")]
    [InlineData("Auth:Jwt:Algorithms:1")]
    [InlineData("Encoder:Address")]
    [InlineData("Encoder:MaxBatch")]
    public void Run_OptionOfAnotherService_IsNoProblem(string key)
    {
        ConfigurationCheck check = Check((key, "1"));

        Assert.Empty(check.Problems);
        Assert.Equal([key], check.Unused);
    }

    [Theory]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Logging:Console:FormatterOptions:SingleLine")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    [InlineData("AllowedHosts")]
    [InlineData("ConnectionStrings:Default")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OpenTelemetry:Anything")]
    [InlineData("urls")]
    [InlineData("environment")]
    [InlineData("PATH")]
    [InlineData("Authentication:Schemes:Bearer")]
    [InlineData("Auth0:Domain")]
    [InlineData("Gateway")]
    [InlineData("GATEWAY_PORT")]
    [InlineData("CVDVAE_GATEWAY_SERVICE_HOST")]
    [InlineData("Author:Name")]
    [InlineData("Webhooks:Url")]
    public void Run_SettingOfSomebodyElse_IsLeftAlone(string key)
    {
        ConfigurationCheck check = Check((key, "1"));

        Assert.Empty(check.Problems);
        Assert.Empty(check.Unread);
    }

    [Theory]
    [InlineData("Listen:MaxConnections", "many", "'many' is not a whole number from -2147483648 to 2147483647")]
    [InlineData("Listen:MaxConnections", "99999999999", "'99999999999' is not a whole number")]
    [InlineData("Listen:Reflection", "perhaps", "'perhaps' is not true or false")]
    [InlineData("Shutdown:Timeout", "soon", "'soon' is not a time as hours:minutes:seconds, for example 00:00:30")]
    [InlineData("Shutdown:Timeout", "30", "'30' is not a time as hours:minutes:seconds")]
    [InlineData("Shutdown:Timeout", "30s", "'30s' is not a time")]
    [InlineData("Telemetry:LogFormat", "Xml", "'Xml' is not Simple or Json")]
    [InlineData("Telemetry:LogFormat", "7", "'7' is not Simple or Json")]
    [InlineData("Listen:MaxConnections", "", "'' is not a whole number")]
    public void Run_ValueThatCannotBeRead_NamesWhatIsAccepted(string key, string value, string message)
    {
        string problem = Assert.Single(Check((key, value)).Problems);

        Assert.StartsWith($"{key}: {message}", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Listen:MaxConnections", "12")]
    [InlineData("Listen:Reflection", "FALSE")]
    [InlineData("Shutdown:Timeout", "00:01:30")]
    [InlineData("Shutdown:Timeout", "0")]
    [InlineData("Telemetry:LogFormat", "json")]
    [InlineData("Listen:Http1", "")]
    [InlineData("Tls:AllowedClientNames:0", "gateway")]
    [InlineData("Tls:AllowedClientNames", "")]
    public void Run_RightValue_IsNoProblem(string key, string value) => Assert.Empty(Check((key, value)).Problems);

    [Fact]
    public void Run_SeveralMistakes_HaveALineEach() =>
        Assert.Equal(3, Check(("Gateway:MaxSampels", "1"), ("Listen:MaxConnections", "x"), ("Shutdwon:Delay", "00:00:01"), ("Listen:Grpc", "y")).Problems.Count);

    [Theory]
    [InlineData("LISTEN_GRPC")]
    [InlineData("Listen.Grpc")]
    [InlineData("Listen-Grpc")]
    public void Run_AnotherSeparator_IsPointedOutAndStopsNothing(string key)
    {
        ConfigurationCheck check = Check((key, "1"));

        Assert.Empty(check.Problems);
        Assert.Equal($"{key} is not read; if Listen:Grpc is meant, call it Listen__Grpc", Assert.Single(check.Unread));
    }

    [Fact]
    public void Run_AnySource_IsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("appsettings.json"), """{ "Gateway": { "MaxSampels": 3 } }""");
        Environment.SetEnvironmentVariable("CHECKTEST_Gateway__MaxImageSize", "4");
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .SetBasePath(folder.FolderPath)
            .AddJsonFile("appsettings.json")
            .AddEnvironmentVariables("CHECKTEST_")
            .AddCommandLine(["--Gatewy:MaxSamples", "5"])
            .Build();

        IReadOnlyList<string> problems = new ConfigurationCheck(configuration, Known).Run().Problems;

        Assert.Contains(problems, problem => problem.StartsWith("Gateway:MaxSampels: ", StringComparison.Ordinal) && problem.EndsWith("(Gateway:MaxSampels in appsettings.json)", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.EndsWith("(environment variable Gateway__MaxImageSize)", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.EndsWith("(command line --Gatewy:MaxSamples)", StringComparison.Ordinal));
        Assert.Equal(3, problems.Count);
    }

    private static ConfigurationCheck Check(params IEnumerable<(string Key, string Value)> settings) => new ConfigurationCheck(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(), Known).Run();
}
