using System.Text.Json;
using Cvdvae.TestUtils;
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

        await using ChildProcess service = image.Start(
            Texts(image.Config.GetProperty("Entrypoint")),
            "--env", "Listen__Grpc=http://127.0.0.1:0", "--env", "Listen__Http1=http://127.0.0.1:0", "--env", "Listen__AddressFile=/run/cvdvae/address.json",
            "--volume", $"{_folder.FolderPath}:/run/cvdvae");
        try
        {
            await CheckAsync(image, service);
        }
        finally
        {
            // Killing it would leave the service behind, which is no child of what is killed.
            await service.SignalAsync("TERM");
            await service.ExitAsync(InTime.Limit);
        }
    }

    private async Task CheckAsync(BuiltImage image, ChildProcess service)
    {
        await InTime.Until(() => service.HasExited || File.Exists(_folder["address.json"]));
        Assert.False(service.HasExited, service.Error);
        using var address = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["address.json"], TestContext.Current.CancellationToken));

        // There is no decoder.
        using GrpcChannel channel = GrpcChannel.ForAddress(address.RootElement.GetProperty("grpc").GetString()!);
        HealthCheckResponse health = await new Health.HealthClient(channel).CheckAsync(
            new HealthCheckRequest(), deadline: DateTime.UtcNow + InTime.Limit, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, health.Status);

        int port = new Uri(address.RootElement.GetProperty("http").GetString()!).Port;
        Assert.Equal(0, await RunAsync(image, "/app/health-check.sh", $"{port}"));
        Assert.NotEqual(0, await RunAsync(image, "/app/health-check.sh", "1"));

        string status = await File.ReadAllTextAsync($"/proc/{Assert.Single(ProcessesOf("/app/Cvdvae.Gateway.dll", service.Id))}/status", TestContext.Current.CancellationToken);
        Assert.Contains("Uid:\t10001\t10001\t10001\t10001", status, StringComparison.Ordinal);
        Assert.Contains("Gid:\t10001\t10001\t10001\t10001", status, StringComparison.Ordinal);

        // What it runs is not its own to change, and libtorch is not in it.
        Assert.Equal(0, await RunAsync(image, "/bin/sh", "-c", "ls /app/Cvdvae.Gateway.dll"));
        Assert.NotEqual(0, await RunAsync(image, "/bin/sh", "-c", "echo more >> /app/Cvdvae.Gateway.dll"));
        Assert.NotEqual(0, await RunAsync(image, "/bin/sh", "-c", "ls /app/*orch*"));
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
}
