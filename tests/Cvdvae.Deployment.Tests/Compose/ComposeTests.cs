using System.Text.RegularExpressions;
using Cvdvae.Deployment.Tests.Settings;
using Cvdvae.TestUtils;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Cvdvae.Deployment.Tests.Compose;

/// <summary>The services on one machine by Docker's compose.</summary>
public sealed partial class ComposeTests : IDisposable
{
    private static readonly string[] Files = ["compose.yaml", "compose.edge.yaml"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Config_OfBothFiles_IsAcceptedByCompose()
    {
        string? compose = ProgramPath.Find("docker-compose");
        Assert.SkipWhen(compose is null, "there is no docker-compose");
        foreach (string[] files in (string[][])[Files[..1], Files])
        {
            await using ChildProcess config = ChildProcess.Start(
                compose, [.. files.SelectMany(file => new[] { "-f", file }), "config"],
                    [KeyValuePair.Create("REGISTRY", "registry.example.com/team/"), KeyValuePair.Create("TAG", "0.2.0-cpu")],
                    BuildOutput.Root);
            Assert.True(await config.ExitAsync(InTime.Limit) == 0, config.Error);
            foreach (string role in ServiceOptions.Roles)
            {
                Assert.Contains($"image: registry.example.com/team/cvdvae-{role}:0.2.0-cpu", config.Output, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Services_Always_AreTargetsOfTheDockerfileWithItsHealthChecks()
    {
        string dockerfile = File.ReadAllText(Path.Combine(BuildOutput.Root, "Dockerfile"));
        Dictionary<object, object> services = Services(Files[0]);
        Assert.Equal(ServiceOptions.Roles.Order(), services.Keys.Cast<string>().Order());
        Assert.All(services, item =>
        {
            var service = (Dictionary<object, object>)item.Value;
            Assert.Contains($" AS {item.Key}\n", dockerfile, StringComparison.Ordinal);
            Assert.Equal(item.Key, ((Dictionary<object, object>)service["build"])["target"]);
            Assert.Equal($"${{REGISTRY:-}}cvdvae-{item.Key}:${{TAG:-0.1.0-cpu}}", service["image"]);

            // That of the image, said again for who runs it from a registry without it.
            string stage = dockerfile[dockerfile.IndexOf($" AS {item.Key}\n", StringComparison.Ordinal)..];
            var test = (List<object>)((Dictionary<object, object>)service["healthcheck"])["test"];
            Assert.Equal(HealthCheck().Match(stage).Groups[1].Value, string.Join(", ", test.Skip(1).Select(word => $"\"{word}\"")));

            Assert.Equal("true", service["read_only"]);
            Assert.Equal(["ALL"], (List<object>)service["cap_drop"]);
        });
    }

    [Fact]
    public void Ports_Always_AreOfTheGatewayAndOfThisMachineUnlessAskedFor()
    {
        Dictionary<object, object> services = Services(Files[0]);
        Assert.Equal(["${ADDRESS:-127.0.0.1}:5000:5000", "127.0.0.1:5001:5001"],
            (List<object>)((Dictionary<object, object>)services["gateway"])["ports"]);
        Assert.All(services.Where(item => (string)item.Key != "gateway"), item =>
            Assert.DoesNotContain("ports", ((Dictionary<object, object>)item.Value).Keys));
        Assert.Equal(["gateway"], Services(Files[1]).Keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Settings_Always_AreAcceptedByTheServices(int files)
    {
        string grpc = "";
        foreach (string role in ServiceOptions.Roles)
        {
            Dictionary<string, string?> settings = [];
            foreach (Dictionary<object, object> services in Files[..files].Select(Services).Where(services => services.ContainsKey(role)))
            {
                foreach ((object key, object value) in (Dictionary<object, object>)((Dictionary<object, object>)services[role])[
                    "environment"])
                {
                    settings[((string)key).Replace("__", ":", StringComparison.Ordinal)] = Here((string)value);
                }
            }

            await using ServiceOptions options = ServiceOptions.Of(role, settings);
            Assert.All(settings.Keys, key => Assert.True(options.Types.Any(type => OptionKeys.Has(type, key)),
                $"{key} is no option of the {role}"));
            Assert.All(options.Types, type => Assert.NotNull(options.Value(type)));
            grpc = role == "gateway" ? settings.GetValueOrDefault("Listen:Grpc") ?? "" : grpc;

            // Whom it calls is a service of the file, at the port of its image.
            Assert.All(settings.Values.OfType<string>().Where(value => value.StartsWith("dns:", StringComparison.Ordinal)), value =>
                Assert.Contains($"Listen__Grpc=http://*:{value.Split(':')[^1]}", Stage(value["dns:///".Length..].Split(':')[0]),
                    StringComparison.Ordinal));
        }

        Assert.Equal(files == 1 ? "" : "https://*:5000", grpc);
    }

    private string Here(string value)
    {
        if (!value.StartsWith("/edge/", StringComparison.Ordinal))
        {
            return value;
        }

        string file = _folder.File(Path.GetFileName(value));
        if (value.EndsWith(".json", StringComparison.Ordinal))
        {
            File.WriteAllText(file, """{ "keys": [] }""");
        }
        else
        {
            TestCertificates.Write(_folder.FolderPath);
        }

        return file;
    }

    private static string Stage(string target)
    {
        string dockerfile = File.ReadAllText(Path.Combine(BuildOutput.Root, "Dockerfile"));
        int start = dockerfile.IndexOf($" AS {target}\n", StringComparison.Ordinal);
        return dockerfile[start..dockerfile.IndexOf("ENTRYPOINT", start, StringComparison.Ordinal)];
    }

    private static Dictionary<object, object> Services(string file)
    {
        using var reader = new StreamReader(Path.Combine(BuildOutput.Root, file));
        var parser = new MergingParser(new Parser(reader));
        Dictionary<object, object> root = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(parser);
        return (Dictionary<object, object>)root["services"];
    }

    [GeneratedRegex(@"^HEALTHCHECK .*CMD \[(.*)\]$", RegexOptions.Multiline)]
    private static partial Regex HealthCheck();
}
