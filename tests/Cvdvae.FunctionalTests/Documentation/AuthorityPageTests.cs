using Cvdvae.Client;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Grpc.Core;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>The commands of docs/security.md that make an authority, run as they stand there, and services that use what they have made.</summary>
public sealed class AuthorityPageTests : IDisposable
{
    private const string Heading = "Making an authority";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly IReadOnlyList<Snippet> Snippets = [.. SnippetPage.Read("docs/security.md").Where(snippet => snippet.Heading.StartsWith(Heading, StringComparison.Ordinal))];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commands_OfThePage_GiveCertificatesThatLetInWhomTheyShould()
    {
        Assert.SkipUnless(ProgramPath.Find("openssl") is not null, "the commands need openssl");
        await using (ChildProcess commands = ChildProcess.Start("bash", ["-c", Code("bash")], folder: _folder[""]))
        {
            Assert.True(await commands.ExitAsync(Limit) == 0, commands.Error);
            Assert.Equal(["encoder.crt: OK", "decoder.crt: OK", "gateway.crt: OK", "photo-app.crt: OK"], commands.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        string[] ports = [.. new[] { "encoder", "decoder", "gateway" }.SelectMany(name => Code($"bash {name}").Split('\n')).Where(line => line.StartsWith("Listen__", StringComparison.Ordinal))];
        Assert.Equal(6, ports.Select(line => line.Split(':')[^1]).Distinct().Count());
        TinyModel.CreateFolder(_folder["models", "tiny"]);
        await using ServiceProcess encoder = await StartAsync("encoder", "Cvdvae.EncoderHost", []);
        await using ServiceProcess decoder = await StartAsync("decoder", "Cvdvae.DecoderHost", [("Encoder:Address", encoder.Grpc)]);
        await using ServiceProcess gateway = await StartAsync("gateway", "Cvdvae.Gateway", [("Gateway:Decoders:0", decoder.Grpc)]);
        foreach (ServiceProcess service in (ServiceProcess[])[encoder, decoder, gateway])
        {
            await service.ReadyAsync();
        }

        await CallAsync(gateway.Grpc);
        using var client = new SuperResolutionClient(Options(gateway.Grpc, "photo-app"));
        Assert.NotEmpty((await client.ListModelsAsync(stop: TestContext.Current.CancellationToken).WithinLimit()).Models);

        // The decoder's is of the authority too, but no name of a client: and the encoder takes the decoder's alone.
        await RefusedAsync(gateway.Grpc, "decoder");
        await RefusedAsync(decoder.Grpc, "photo-app");
        await RefusedAsync(encoder.Grpc, "gateway");
    }

    private static async Task RefusedAsync(string address, SuperResolutionClientOptions options)
    {
        using var client = new SuperResolutionClient(options);
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => client.ListModelsAsync(stop: TestContext.Current.CancellationToken).WithinLimit());
        RpcException? answer = error as RpcException ?? error.InnerException as RpcException;
        Assert.True(error is not TimeoutException && answer?.StatusCode is null or StatusCode.Unavailable, $"{address}: {error}");
    }

    private Task RefusedAsync(string address, string certificate)
    {
        SuperResolutionClientOptions options = Options(address, certificate);
        options.MaxAttempts = 1;
        return RefusedAsync(address, options);
    }

    private static string Code(string language) => Snippets.Single(snippet => snippet.Language == language).Code;

    /// <summary>The command line client as the page calls it, at the address that the gateway has here.</summary>
    private async Task CallAsync(string address)
    {
        string program = BuildOutput.Program("clients/Cvdvae.Cli", "cvdvae");
        string command = Code("bash call").Replace("https://127.0.0.1:5000", address, StringComparison.Ordinal).Replace("cvdvae models", $"'{program}' models", StringComparison.Ordinal);
        await using ChildProcess call = ChildProcess.Start("bash", ["-c", command], folder: _folder[""]);
        Assert.True(await call.ExitAsync(Limit) == 0, call.Error);
        Assert.Contains("tiny", call.Output, StringComparison.Ordinal);
    }

    /// <summary>A service with the settings of the page, on free ports.</summary>
    private Task<ServiceProcess> StartAsync(string name, string project, IEnumerable<(string Key, string Value)> neighbours)
    {
        var settings = new Dictionary<string, string> { ["Torch:Threads"] = "1" };
        foreach (string line in Code($"bash {name}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('=', 2);
            string value = parts[1].StartsWith("tls/", StringComparison.Ordinal) ? _folder[parts[1]] : parts[1];
            settings[parts[0].Replace("__", ":", StringComparison.Ordinal)] = parts[0] switch
            {
                "Listen__Grpc" => "https://127.0.0.1:0",
                "Listen__Http1" => "http://127.0.0.1:0",
                "Models__Path" => _folder[value],
                _ => value,
            };
        }

        // With what it has on the page it is started on the page, and nothing but the number of threads is added here.
        Assert.Contains($"env $(cat {name}.env) \"$SERVICES\"/{project}/bin/Release/net10.0/{project} &", Code("bash start").Split('\n'));

        foreach ((string key, string value) in neighbours)
        {
            Assert.True(settings.ContainsKey(key), key);
            settings[key] = value;
        }

        return ServiceProcess.StartAsync(name, project, _folder[""], settings);
    }

    private SuperResolutionClientOptions Options(string address, string certificate) => new()
    {
        Address = address,
        CaPath = _folder["tls", "ca.crt"],
        CertificatePath = _folder["tls", $"{certificate}.crt"],
        KeyPath = _folder["tls", $"{certificate}.key"],
    };
}
