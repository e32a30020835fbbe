using System.Net;
using System.Net.Sockets;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>Services that can't start say why on standard error, a line for each thing that is wrong and no more, and end with status 1.</summary>
public sealed class StartErrorTests : IDisposable
{
    private const string Gateway = "Cvdvae.Gateway";
    private const string Decoder = "Cvdvae.DecoderHost";
    private const string Encoder = "Cvdvae.EncoderHost";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_SeveralWrongOptions_HaveALineEach()
    {
        (int status, string output, string error) = await RunAsync(
            Gateway,
            ["--Gateway:MaxSampels", "3"],
            ("Gatway__MaxSamples", "3"), ("Gateway__MAXIMAGESID", "3"), ("Listen__MaxConnections", "x"), ("Gateway__MaxImageSide", "0"), ("Gateway__MaxFailovers", "-1"), ("Web__Root", "/no/where"));

        Assert.Equal(1, status);
        Assert.Equal("", output);
        Assert.Equal(
            [
                "cvdvae-gateway: Gateway:MAXIMAGESID: there is no such option; did you mean Gateway:MaxImageSide? docs/configuration.md has all options (environment variable Gateway__MAXIMAGESID)",
                "cvdvae-gateway: Gateway:MaxFailovers: -1 is not from 0 to 100",
                "cvdvae-gateway: Gateway:MaxImageSide: 0 is not from 1 to 16384",
                "cvdvae-gateway: Gateway:MaxSampels: there is no such option; did you mean Gateway:MaxSamples? docs/configuration.md has all options (command line --Gateway:MaxSampels)",
                "cvdvae-gateway: Gatway:MaxSamples: there is no section 'Gatway'; did you mean Gateway:MaxSamples? docs/configuration.md has all options (environment variable Gatway__MaxSamples)",
                "cvdvae-gateway: Listen:MaxConnections: 'x' is not a whole number from -2147483648 to 2147483647 (environment variable Listen__MaxConnections)",
                "cvdvae-gateway: Web:Root: there is no folder '/no/where'",
            ],
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Decoder, "cvdvae-decoder")]
    [InlineData(Encoder, "cvdvae-encoder")]
    public async Task Start_NoFolderOfModels_SaysSo(string program, string name)
    {
        string models = _folder.File("none");

        // With another service's options beside it, which are none of its business.
        (int status, string _, string error) = await RunAsync(program, [], ("Models__Path", models), ("Gateway__Decoders__0", "http://127.0.0.1:5200"), ("Encoder__MaxBatch", "4"));

        Assert.Equal((1, $"{name}: Models:Path: there is no folder '{models}'\n"), (status, error));
    }

    [Theory]
    [InlineData("Listen__Grpc")]
    [InlineData("Listen__Http1")]
    [InlineData("Listen__Health")]
    public async Task Start_PortIsBusy_NamesOptionAndAddress(string option)
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        string address = $"http://{busy.LocalEndpoint}";

        (int status, string output, string error) = await RunAsync(Gateway, [], (option, address));

        Assert.Equal(
            (1, $"cvdvae-gateway: {option.Replace("__", ":", StringComparison.Ordinal)}: can't listen on {address}: another program listens there; end that one, or take another port\n"), (status, error));
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortIsBusyWhileLibtorchLoads_EndsInOrder()
    {
        TinyModel.CreateFolder(_folder["models", "tiny"]);
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();

        (int status, string _, string error) = await RunAsync(Decoder, [], ("Listen__Grpc", $"http://{busy.LocalEndpoint}"), ("Models__Path", _folder["models"]), ("Torch__Threads", "1"));

        Assert.StartsWith("cvdvae-decoder: Listen:Grpc: can't listen on ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    [Theory]
    [InlineData("Listen__Grpc", "unix:/no/where.sock", "Listen:Grpc: can't listen on unix:/no/where.sock: there is no folder '/no'")]
    [InlineData("Auth__ApiKeys__Path", "/no/keys.json", "Auth:ApiKeys:Path: Could not find a part of the path '/no/keys.json'.")]
    [InlineData("Tls__ServerCaPath", "/no/ca.crt", "Tls:ServerCaPath: no service is called over TLS (http://127.0.0.1:5200)")]
    public async Task Start_FileThatIsNotThere_IsNamed(string option, string value, string message)
    {
        (int status, string output, string error) = await RunAsync(Gateway, [], (option, value));

        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"cvdvae-gateway: {message}", line, StringComparison.Ordinal);
        Assert.Equal(1, status);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadCertificate_NamesOptionAndFiles()
    {
        string file = _folder.File("no.pem");
        await File.WriteAllTextAsync(file, "no certificate", TestContext.Current.CancellationToken);

        (int status, string _, string error) = await RunAsync(Gateway, [], ("Listen__Grpc", "https://127.0.0.1:0"), ("Tls__CertificatePath", file), ("Tls__KeyPath", file));

        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("cvdvae-gateway: Tls:CertificatePath: ", line, StringComparison.Ordinal);
        Assert.EndsWith($" ({file} and {file})", line, StringComparison.Ordinal);
        Assert.Equal(1, status);
    }

    [Fact]
    public async Task Start_LogLevelDebug_ShowsTheStackTraceToo()
    {
        (int status, string _, string error) = await RunAsync(Gateway, [], ("Auth__ApiKeys__Path", "/no/keys.json"), ("Logging__LogLevel__Default", "Debug"));

        Assert.Equal(1, status);
        Assert.StartsWith("cvdvae-gateway: Auth:ApiKeys:Path: ", error, StringComparison.Ordinal);
        Assert.Contains("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "cvdvae-gateway: a service of CvdvaeGrpc")]
    [InlineData("--version", "cvdvae-gateway ")]
    public async Task Start_HelpOrVersion_IsAnsweredWithoutStarting(string argument, string answer)
    {
        (int status, string output, string error) = await RunAsync(Gateway, [argument]);

        Assert.Equal((0, ""), (status, error));
        Assert.StartsWith(answer, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ArgumentThatIsNoSetting_IsNamed()
    {
        (int status, string _, string error) = await RunAsync(Gateway, ["serve"]);

        Assert.Equal((1, "cvdvae-gateway: command line: 'serve' is no setting; write --Section:Option VALUE, or --help\n"), (status, error));
    }

    [Fact]
    public async Task Stop_AsAsked_EndsWithStatusZeroAndNothingOnStandardError()
    {
        string addresses = _folder.File("addresses.json");
        await using ChildProcess process = Start(Gateway, [], ("Listen__AddressFile", addresses));
        await InTime.Until(() => File.Exists(addresses) || process.HasExited);

        Assert.Equal(0, await process.StopAsync());
        Assert.Equal("", process.Error);
        Assert.All(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.True(line.Length < 200, line));
    }

    private static ChildProcess Start(string project, string[] arguments, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string> { ["Listen__Grpc"] = "http://127.0.0.1:0", ["Listen__Http1"] = "http://127.0.0.1:0" };
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        return ChildProcess.Start(BuildOutput.Program(Path.Combine("services", project), project), arguments, environment);
    }

    private static async Task<(int Status, string Output, string Error)> RunAsync(string project, string[] arguments, params (string Name, string Value)[] settings)
    {
        await using ChildProcess process = Start(project, arguments, settings);
        int status = await process.ExitAsync(Limit);
        return (status, process.Output, process.Error);
    }
}
