using Cvdvae.Deployment.Tests.Cluster;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Walkthrough;

/// <summary>A shell in a clone of the project, as an operator has one; what is exported stays.</summary>
internal sealed class OperatorShell : IDisposable
{
    // Building and pushing of images is for other tests, which take minutes: here make says whether it knows how. The rest is as it is.
    private const string Make =
        """
        make() {
          case $1 in
            images | push | model-image) command make --no-print-directory --dry-run "$@" > /dev/null ;;
            *) command make --no-print-directory "$@" ;;
          esac
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ClusterApi _cluster;

    public OperatorShell(ClusterApi cluster)
    {
        _cluster = cluster;
        foreach (string folder in (string[])["build", "k8s", "samples", "models"])
        {
            SourceFolder.Copy(folder, this[folder]);
        }

        File.Copy(Path.Combine(BuildOutput.Root, "Makefile"), this["Makefile"]);
        File.WriteAllText(_folder.File("state"), "");
        WriteScript(this["build", "ensure-node.sh"], "exit 1"); // or the page would be built
        WriteScript(this["build", "install-debian-packages.sh"], "exit 0");

        // The public port of the load balancer is that of the gateway's process.
        WriteScript(
            this["clients", "Cvdvae.Cli", "bin", "Release", "net10.0", "cvdvae"],
            $"exec '{BuildOutput.Program("clients/Cvdvae.Cli", "cvdvae")}' \"${{@/%:443/:$(cat '{PortFile}')}}\"");
    }

    /// <summary>The port behind 443.</summary>
    public int PublicPort
    {
        set => File.WriteAllText(PortFile, $"{value}");
    }

    /// <summary>An address with the public port, as it is on this machine.</summary>
    public string Public(string address) => address.Replace(":443", $":{File.ReadAllText(PortFile)}", StringComparison.Ordinal);

    private string PortFile => _folder.File("port");

    /// <summary>A file of the clone.</summary>
    public string this[params string[] parts] => Path.Combine([_folder["clone"], .. parts]);

    public void Dispose() => _folder.Dispose();

    /// <summary>Types commands.</summary>
    /// <returns>What they printed.</returns>
    public async Task<string> TypeAsync(string commands)
    {
        (int status, string output, string error) = await TryAsync(commands);
        Assert.True(status == 0, $"{commands}\nexit status {status}\n{output}\n{error}\n{string.Join('\n', _cluster.Unknown)}");
        Assert.Empty(_cluster.Unknown);
        return output;
    }

    /// <summary>Types commands that may fail.</summary>
    public async Task<(int Status, string Output, string Error)> TryAsync(string commands)
    {
        string state = _folder.File("state");
        string script = $"set -euo pipefail\nsource '{state}'\n{Make}\ntrap \"export -p > '{state}'\" EXIT\n{commands}\n";
        Dictionary<string, string> environment = new()
        {
            ["KUBECONFIG"] = _cluster.ConfigFile,
            ["HOME"] = _folder["home"],
            ["no_proxy"] = "localhost,127.0.0.1",
            ["MAKEFLAGS"] = "",
            ["REGISTRY"] = "",
            ["TAG"] = "",
        };
        await using ChildProcess bash = ChildProcess.Start(ProgramPath.Find("bash")!, ["-c", script], environment, this[""]);
        return (await bash.ExitAsync(InTime.Limit), bash.Output, bash.Error);
    }

    private static void WriteScript(string file, string command)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{command}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
