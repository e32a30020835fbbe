using System.Text.Json;
using Cvdvae.Client;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Xunit;

namespace Cvdvae.Deployment.Tests.Images;

public sealed class ImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // The user of the image writes the addresses.
    public ImageTests()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.FolderPath, (UnixFileMode)0b111_111_111);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Gateway_InAContainer_AnswersHealthAsNobody()
    {
        await using BuiltImage image = await BuiltImage.BuildAsync("gateway");
        Assert.Equal("10001:10001", image.Config.GetProperty("User").GetString());
        Assert.Equal(["CMD", "/app/health-check.sh", "5001"], Texts(image.Config.GetProperty("Healthcheck").GetProperty("Test")));
        Assert.Contains("Listen__Grpc=http://*:5000", Texts(image.Config.GetProperty("Env")));

        await using Container container = await StartAsync(image, "gateway");

        // There is no decoder.
        using GrpcChannel channel = GrpcChannel.ForAddress(container.Grpc);
        HealthCheckResponse health = await new Health.HealthClient(channel).CheckAsync(
            new HealthCheckRequest(), deadline: DateTime.UtcNow + InTime.Limit, cancellationToken: Stop);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, health.Status);

        Assert.Equal(0, await RunAsync(image, "/app/health-check.sh", $"{container.HttpPort}"));
        Assert.NotEqual(0, await RunAsync(image, "/app/health-check.sh", "1"));

        string status = await File.ReadAllTextAsync($"/proc/{Assert.Single(ProcessesOf("/app/Cvdvae.Gateway.dll", container.Process.Id))}/status", Stop);
        Assert.Contains("Uid:\t10001\t10001\t10001\t10001", status, StringComparison.Ordinal);
        Assert.Contains("Gid:\t10001\t10001\t10001\t10001", status, StringComparison.Ordinal);

        // What it runs is not its own to change, and libtorch is not in it.
        Assert.Equal(0, await RunAsync(image, "/bin/sh", "-c", "ls /app/Cvdvae.Gateway.dll"));
        Assert.NotEqual(0, await RunAsync(image, "/bin/sh", "-c", "echo more >> /app/Cvdvae.Gateway.dll"));
        Assert.NotEqual(0, await RunAsync(image, "/bin/sh", "-c", "ls /app/*orch*"));
    }

    [Fact]
    public async Task AllImages_InContainers_SuperResolveTogether()
    {
        Assert.SkipUnless(LongTests.AreAskedFor, LongTests.Reason);
        await using BuiltImage encoderImage = await BuiltImage.BuildAsync("encoder");
        await using BuiltImage decoderImage = await BuiltImage.BuildAsync("decoder");
        await using BuiltImage gatewayImage = await BuiltImage.BuildAsync("gateway");
        await using BuiltImage trainerImage = await BuiltImage.BuildAsync("trainer");
        await using Container encoder = await StartAsync(encoderImage, "encoder");
        await using Container decoder = await StartAsync(decoderImage, "decoder", $"Encoder__Address={encoder.Grpc}");
        await using Container gateway = await StartAsync(gatewayImage, "gateway", $"Gateway__Decoders__0={decoder.Grpc}");
        foreach ((BuiltImage image, Container container) in new[] { (encoderImage, encoder), (decoderImage, decoder), (gatewayImage, gateway) })
        {
            // With the embedded model, which is in the images.
            await InTime.Until(async () => await RunAsync(image, "/app/health-check.sh", $"{container.HttpPort}") == 0);
        }

        using var client = new SuperResolutionClient(gateway.Grpc);
        var results = new List<ResultEvent>();
        var request = new UpscaleRequest { Image = ByteString.CopyFrom(await File.ReadAllBytesAsync(Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png"), Stop)), SampleCount = 2 };
        await foreach (UpscaleEvent item in client.UpscaleAsync(request, stop: Stop))
        {
            results.AddRange(item is ResultEvent result ? [result] : []);
        }

        Assert.Equal([(0, 64), (1, 64)], results.OrderBy(result => result.SampleIndex).Select(result => (result.SampleIndex, result.Image.Width)));

        Assert.Equal("10001:10001", trainerImage.Config.GetProperty("User").GetString());
        await using ChildProcess trainer = trainerImage.Start([.. Texts(trainerImage.Config.GetProperty("Entrypoint")), "sample", "--model", "/models/toonhead-64", "--count", "1", "--output", "/run/cvdvae/drawn"], Volume);
        Assert.True(await trainer.ExitAsync(InTime.Limit) == 0, trainer.Error);
        Assert.True(File.Exists(Path.Combine(_folder["drawn"], "sheet.png")));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string[] Volume => ["--volume", $"{_folder.FolderPath}:/run/cvdvae"];

    /// <summary>Starts an image's service on free ports and waits until it listens.</summary>
    private async Task<Container> StartAsync(BuiltImage image, string name, params string[] environment)
    {
        string[] all = ["Listen__Grpc=http://127.0.0.1:0", "Listen__Http1=http://127.0.0.1:0", $"Listen__AddressFile=/run/cvdvae/{name}.json", .. environment];
        ChildProcess process = image.Start(Texts(image.Config.GetProperty("Entrypoint")), [.. all.SelectMany(one => new[] { "--env", one }), .. Volume]);
        string file = _folder[$"{name}.json"];
        await InTime.Until(() => process.HasExited || File.Exists(file));
        Assert.False(process.HasExited, $"{process.Output}\n{process.Error}");
        using var address = JsonDocument.Parse(await File.ReadAllTextAsync(file, Stop));
        return new Container(process, address.RootElement.GetProperty("grpc").GetString()!, new Uri(address.RootElement.GetProperty("http").GetString()!).Port);
    }

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static async Task<int> RunAsync(BuiltImage image, params string[] command)
    {
        await using ChildProcess process = image.Start(command);
        return await process.ExitAsync(InTime.Limit);
    }

    /// <summary>Processes with an argument, below another one.</summary>
    private static IEnumerable<int> ProcessesOf(string argument, int ancestor) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
        .Where(id => id > 0 && Read(id, "cmdline").Split('\0') is [var program, ..] arguments && program.EndsWith("/dotnet", StringComparison.Ordinal) && arguments.Contains(argument) && IsBelow(id, ancestor));

    private static bool IsBelow(int process, int ancestor)
    {
        while (process > 1 && process != ancestor)
        {
            // "id (name) state parent": the name may hold anything.
            string stat = Read(process, "stat");
            process = stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        return process == ancestor;
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed record Container(ChildProcess Process, string Grpc, int HttpPort) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // Killing it would leave the service behind, which is no child of what is killed.
            await Process.SignalAsync("TERM");
            await Process.ExitAsync(InTime.Limit);
            await Process.DisposeAsync();
        }
    }
}
