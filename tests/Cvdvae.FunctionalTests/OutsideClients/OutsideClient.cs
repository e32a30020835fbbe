using System.Text.Json;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.OutsideClients;

/// <summary>Clients in other languages, which know nothing but <c>protos/</c>. Where what they need is missing, their tests are skipped with the reason.</summary>
internal static class OutsideClient
{
    private const int Missing = 77;
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly SemaphoreSlim Installing = new(1);

    // Debian's own, where its packages are; another one may come first in the path.
    private static string Python { get; } = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static string Folder { get; } = Path.Combine(BuildOutput.Root, "tests", "outside-clients");

    /// <summary>Draws samples with Debian's grpcio and stubs made by protoc.</summary>
    /// <returns>What the client counted.</returns>
    public static async Task<OutsideReport> PythonAsync(string address, string image, int samples)
    {
        await InstallAsync(Path.Combine(BuildOutput.Root, "build", "install-debian-packages.sh"), ["python3-grpcio", "python3-protobuf", "protobuf-compiler", "protobuf-compiler-grpc", "libprotobuf-dev"], Folder, required: false);
        return await RunAsync(Python, ["-B", Path.Combine(Folder, "python", "upscale.py")], address, image, samples);
    }

    /// <summary>Draws samples with @grpc/grpc-js.</summary>
    /// <returns>What the client counted.</returns>
    public static async Task<OutsideReport> NodeAsync(string address, string image, int samples)
    {
        string folder = Path.Combine(Folder, "node");
        await InstallAsync(Path.Combine(BuildOutput.Root, "build", "ensure-node.sh"), [], Folder, required: true);
        await Installing.WaitAsync(InstallLimit);
        try
        {
            // npm writes this file last: its folders are there before their content.
            if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            {
                await InstallAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, required: true);
            }
        }
        finally
        {
            Installing.Release();
        }

        return await RunAsync("node", [Path.Combine(folder, "upscale.mjs")], address, image, samples);
    }

    private static async Task InstallAsync(string program, string[] arguments, string folder, bool required)
    {
        await using ChildProcess install = ChildProcess.Start(program, arguments, folder: folder);
        int status = await install.ExitAsync(InstallLimit);
        Assert.SkipWhen(required && status != 0, $"{Path.GetFileName(program)}: {install.Error.Trim().Split('\n')[^1]}");
    }

    private static async Task<OutsideReport> RunAsync(string program, string[] arguments, string address, string image, int samples)
    {
        string[] all = [.. arguments, address.Replace("http://", "", StringComparison.Ordinal), image, samples.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        await using ChildProcess client = ChildProcess.Start(program, all);
        int status = await client.ExitAsync(Limit);
        Assert.SkipWhen(status == Missing, client.Error.Trim());
        Assert.True(status == 0, client.Error);
        return JsonSerializer.Deserialize<OutsideReport>(client.Output, JsonSerializerOptions.Web)!;
    }
}
