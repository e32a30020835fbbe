using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>How a snippet is run: with the library as the build has made it. Where what a language needs is missing, its tests are skipped with the reason.</summary>
internal static class SnippetPrograms
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly Dictionary<string, Task> Prepared = [];

    // Debian's own, where its packages are; another one may come first in the path.
    private static string Python { get; } = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private static string Here { get; } = Path.Combine(BuildOutput.Root, "tests", "Cvdvae.FunctionalTests", "Documentation");

    /// <summary>Starts a snippet in a folder.</summary>
    public static async Task<ChildProcess> StartAsync(string language, string code, string folder, Dictionary<string, string> environment)
    {
        switch (language)
        {
            case "csharp":
                string program = CSharpCompiler.Compile(code, Directory.CreateDirectory(Path.Combine(folder, "program")).FullName);
                return ChildProcess.Start("dotnet", ["exec", program], environment, folder);
            case "python":
                await PrepareAsync(language, "python-packages", "python-stubs");
                environment["PYTHONPATH"] = Path.Combine(BuildOutput.Root, "clients", "python", "src");
                return ChildProcess.Start(Python, ["-B", "-W", "error", "-c", code], environment, folder);
            case "js":
                await PrepareAsync(language, null, "web");
                Directory.CreateDirectory(Path.Combine(folder, "node_modules"));
                Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules", "cvdvae"), Path.Combine(BuildOutput.Root, "clients", "typescript"));
                await File.WriteAllTextAsync(Path.Combine(folder, "snippet.mjs"), code);
                return ChildProcess.Start("node", ["--import", Path.Combine(Here, "browser.mjs"), "snippet.mjs"], environment, folder);
            case "sh":
                await PrepareAsync(language, null, "tools/protos/node_modules/.installed");
                environment["PATH"] = $"{Here}:{Environment.GetEnvironmentVariable("PATH")}";
                environment["BUF"] = Path.Combine(BuildOutput.Root, "tools", "protos", "node_modules", ".bin", "buf");
                return ChildProcess.Start("bash", ["-euo", "pipefail", "-c", code], environment, folder);
            default:
                throw new ArgumentException($"nothing here runs '{language}'", nameof(language));
        }
    }

    /// <summary>Installs what is missing, and builds the library, once.</summary>
    private static Task PrepareAsync(string language, string? packages, string target)
    {
        lock (Prepared)
        {
            return Prepared.TryGetValue(language, out Task? running) ? running : Prepared[language] = PrepareOnceAsync(language, packages, target);
        }
    }

    private static async Task PrepareOnceAsync(string language, string? packages, string target)
    {
        await InstallAsync(packages is null ? Path.Combine(BuildOutput.Root, "build", "ensure-node.sh") : "make", packages is null ? ["clients"] : ["--no-print-directory", packages]);
        if (language == "sh")
        {
            await InstallAsync(Path.Combine(BuildOutput.Root, "build", "install-debian-packages.sh"), ["jq"]);
        }

        await using ChildProcess build = ChildProcess.Start("make", ["--no-print-directory", target], folder: BuildOutput.Root);
        Assert.True(await build.ExitAsync(InstallLimit) == 0, $"make {target}\n{build.Output}\n{build.Error}");
    }

    private static async Task InstallAsync(string program, string[] arguments)
    {
        await using ChildProcess install = ChildProcess.Start(program, arguments, folder: BuildOutput.Root);
        Assert.SkipWhen(await install.ExitAsync(InstallLimit) != 0, $"{Path.GetFileName(program)}: {install.Error.Trim().Split('\n')[^1]}");
    }
}
