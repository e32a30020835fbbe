using Cvdvae.TestUtils;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>Compiles a program of one file as a project with the client library would.</summary>
internal static class CSharpCompiler
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>Makes a program in a folder that has all that it needs. It may have no warning.</summary>
    /// <returns>The program, for <c>dotnet</c>.</returns>
    public static string Compile(string code, string folder)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Latest);
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, parse), CSharpSyntaxTree.ParseText(code, parse)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        string program = Path.Combine(folder, "snippet.dll");
        EmitResult result = compilation.Emit(program);
        Assert.Empty(result.Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString()));

        // Without a list of dependencies the runtime takes what lies beside the program.
        foreach (string library in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
        {
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(library)), library);
        }

        File.Copy(BuildOutput.Program("tests/Cvdvae.FunctionalTests", "Cvdvae.FunctionalTests.runtimeconfig.json"), Path.Combine(folder, "snippet.runtimeconfig.json"));
        return program;
    }
}
