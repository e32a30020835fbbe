using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>A program outside of the project needs the one package, by the commands and programs of the documentation.</summary>
public sealed partial class PackageTests : IDisposable
{
    private const string NuGetPackages = "NUGET_PACKAGES";
    private const string Frameworks = "net8.0;net10.0";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8); // builds, beside other tests
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Package_InAnEmptyProject_IsEnoughForEveryDocumentedProgram()
    {
        // What the package needs of others comes from where it was restored from: the test needs no network.
        string restored = Environment.GetEnvironmentVariable(NuGetPackages) is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        // The project itself stays restored to where it was.
        string make = $"{NuGetPackages}='{restored}' make --no-print-directory csharp-package PACKAGES='{_folder["packages"]}'";
        string install = Snippets("clients/Cvdvae.Client/README.md", "sh").Single()
            .Replace("make csharp-package", make, StringComparison.Ordinal)
            .Replace("$PWD/artifacts/packages", _folder["packages"], StringComparison.Ordinal)
            .Replace("../hello", _folder["hello"], StringComparison.Ordinal)
            .Replace("dotnet new nugetconfig\n", $"dotnet new nugetconfig\nsed -i 's#https://[^\"]*#{restored}#' nuget.config\n", StringComparison.Ordinal);

        await RunAsync("bash", ["-euo", "pipefail", "-c", install], BuildOutput.Root);

        CheckContent();
        Assert.Matches("Include=\"Cvdvae.Client\"", await File.ReadAllTextAsync(Project, TestContext.Current.CancellationToken));
        string[] programs = [.. Snippets("docs/clients.md", "csharp"), .. Snippets("clients/Cvdvae.Client/README.md", "csharp")];
        Assert.Equal(5, programs.Length);
        await using FakeServer server = await FakeServer.StartAsync();
        await WriteAsync([.. programs.Select(program => program.Replace("http://127.0.0.1:5000", server.Address, StringComparison.Ordinal))]);
        await RunAsync("dotnet", ["build", "-nodeReuse:false", Project], _folder["hello"]);
        await File.WriteAllBytesAsync(_folder["hello", "small.png"], Inputs.Png(16), TestContext.Current.CancellationToken);
        foreach (string framework in Frameworks.Split(';'))
        {
            string hello = _folder["hello", "bin", "Debug", framework, "hello.dll"];
            Assert.Matches(@"^fake-64@1\.2: 64x64\nseed \d+\n$", await RunAsync("dotnet", [hello, "0"], _folder["hello"]));
            Assert.Matches(@"^seen enough\nInvalidArgument: image: .+ \(field image, attempts 1\)\n$", await RunAsync("dotnet", [hello, "1"], _folder["hello"]));
        }

        string[] files = [.. _folder.Files("hello").Where(name => name.EndsWith(".png", StringComparison.Ordinal))];
        Assert.Equal(1 + (2 * 6), files.Length);
        Assert.Contains("sample-2.png", files);
    }

    /// <summary>What the package says of itself, and that it is for any machine and holds nothing of how the services talk to each other.</summary>
    private void CheckContent()
    {
        using ZipArchive package = ZipFile.OpenRead(Directory.EnumerateFiles(_folder["packages"], "Cvdvae.Client.*.nupkg").Single());
        using Stream manifest = package.Entries.Single(entry => entry.Name == "Cvdvae.Client.nuspec").Open();
        XElement metadata = XDocument.Load(manifest).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(("MIT", "README.md", null), (Value("license"), Value("readme"), metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "repository")?.ToString()));
        Assert.StartsWith("Client of the CvdvaeGrpc super-resolution service", Value("description"), StringComparison.Ordinal);
        Assert.DoesNotContain(metadata.Descendants(), element => element.Attribute("id")?.Value.StartsWith("Cvdvae", StringComparison.Ordinal) == true);
        ZipArchiveEntry[] libraries = [.. package.Entries.Where(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal))];
        Assert.Equal(["lib/net10.0", "lib/net8.0"], libraries.Select(entry => Path.GetDirectoryName(entry.FullName)).Distinct().Order());
        foreach (ZipArchiveEntry library in libraries)
        {
            using var bytes = new MemoryStream();
            using (Stream content = library.Open())
            {
                content.CopyTo(bytes);
            }

            bytes.Position = 0;
            using var reader = new PEReader(bytes);
            Assert.Equal((Machine.I386, CorFlags.ILOnly), (reader.PEHeaders.CoffHeader.Machine, reader.PEHeaders.CorHeader!.Flags)); // any processor
            MetadataReader types = reader.GetMetadataReader();
            Assert.DoesNotContain(types.TypeDefinitions, type => types.GetString(types.GetTypeDefinition(type).Name) is "DecoderService" or "EncoderService" or "Tensor");
        }
    }

    private string Project => _folder["hello", "hello.csproj"];

    private static string[] Snippets(string page, string language) =>
        [.. Fence().Matches(File.ReadAllText(Path.Combine(BuildOutput.Root, page))).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value)];

    /// <summary>Puts the programs into the project: each is the body of a method, and the first argument says which is run. No warning is let through.</summary>
    private async Task WriteAsync(string[] programs)
    {
        XDocument project = XDocument.Load(Project);
        XElement properties = project.Root!.Element("PropertyGroup")!;
        properties.Element("TargetFramework")!.Remove();
        properties.Add(new XElement("TargetFrameworks", Frameworks), new XElement("TreatWarningsAsErrors", true), new XElement("RollForward", "Major"), new XElement("UseAppHost", false));
        await File.WriteAllTextAsync(Project, project.ToString(), TestContext.Current.CancellationToken);
        for (int number = 0; number < programs.Length; number++)
        {
            string[] lines = programs[number].Split('\n');
            string usings = string.Join('\n', lines.Where(line => UsingDirective().IsMatch(line)));
            string body = string.Join('\n', lines.Where(line => !UsingDirective().IsMatch(line)));
            string code = $"{usings}\ninternal static class Snippet{number}\n{{\npublic static async Task RunAsync()\n{{\n{body}\n}}\n}}\n";
            await File.WriteAllTextAsync(_folder["hello", $"Snippet{number}.cs"], code, TestContext.Current.CancellationToken);
        }

        string choice = string.Join(", ", Enumerable.Range(0, programs.Length).Select(number => $"\"{number}\" => Snippet{number}.RunAsync()"));
        await File.WriteAllTextAsync(_folder["hello", "Program.cs"], $"await (args[0] switch {{ {choice}, _ => Task.CompletedTask }});\n", TestContext.Current.CancellationToken);
    }

    private async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        var environment = new Dictionary<string, string>
        {
            [NuGetPackages] = _folder["cache"], // the package under test is not to stay in the user's
            ["NuGetAudit"] = "false",
            ["MAKEFLAGS"] = "",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["UseSharedCompilation"] = "false",
        };
        await using ChildProcess process = ChildProcess.Start(program, arguments, environment, folder);
        int status = await process.ExitAsync(Limit);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)}: status {status}\n{process.Output}\n{process.Error}");
        return process.Output;
    }

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex UsingDirective();
}
