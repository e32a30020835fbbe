using System.Reflection;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>What the command line of a service says beside its settings.</summary>
internal static class ServiceArguments
{
    private const int MostMistakes = 2;

    /// <summary>What the host itself reads.</summary>
    private static readonly HashSet<string> HostSettings = new(StringComparer.OrdinalIgnoreCase) { "environment", "contentRoot", "applicationName" };

    /// <summary>The answer to <c>--help</c> or <c>--version</c>; null: neither is asked for.</summary>
    public static string? Answer(string role, IReadOnlyList<string> arguments) => arguments switch
    {
        ["--help" or "-h" or "-?"] => Help(role),
        ["--version"] => $"{Name(role)} {Version}",
        _ => null,
    };

    /// <summary>What is no setting: it would be passed over without a word.</summary>
    public static IEnumerable<string> Problems(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            bool isName = argument.StartsWith("--", StringComparison.Ordinal) || argument.StartsWith('/');
            if (argument.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0)
            {
                if (WithoutSection(argument[..equals]) is { } wrong)
                {
                    yield return wrong;
                }

                continue;
            }

            if (!isName || argument.Length <= 2)
            {
                yield return $"command line: '{argument}' is no setting; write --Section:Option VALUE, or --help";
            }
            else if (i + 1 >= arguments.Count)
            {
                yield return $"command line: {argument} has no value; write {argument} VALUE";
            }
            else if (WithoutSection(argument) is { } wrong)
            {
                yield return wrong;
            }

            i++;
        }
    }

    // It would be a setting that nobody reads.
    private static string? WithoutSection(string argument)
    {
        string name = argument.TrimStart('-', '/');
        if (name.Contains(':', StringComparison.Ordinal) || HostSettings.Contains(name))
        {
            return null;
        }

        ILookup<string, string> options = new KnownOptions([]).All
            .Where(key => !key.EndsWith(OptionName.Item, StringComparison.Ordinal))
            .ToLookup(key => key[(key.LastIndexOf(':') + 1)..], StringComparer.OrdinalIgnoreCase);
        string? nearest = NearestName.Find(name, options.Select(option => option.Key), MostMistakes);
        string[] meant = nearest is null ? [] : [.. options[nearest].Order(StringComparer.Ordinal).Select(key => $"--{key}")];
        string advice = meant.Length > 0 ? $"did you mean {string.Join(" or ", meant)}?" : "write --Section:Option VALUE, or --help";
        return $"command line: '{argument}' has no section; {advice}";
    }

    /// <summary>The program's name in what it says.</summary>
    public static string Name(string role) => $"cvdvae-{role}";

    private static string Version => typeof(ServiceArguments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static string Help(string role) => $"""
        {Name(role)}: a service of CvdvaeGrpc that runs until it gets SIGTERM or Ctrl-C.

        usage: PROGRAM [--Section:Option VALUE ...]

        Every option can also be an environment variable (Section__Option=VALUE) or stand in appsettings.json beside the program,
        for example --Listen:Grpc http://127.0.0.1:5000 or Listen__Grpc=http://127.0.0.1:5000.
        docs/configuration.md has all of them. Logs go to standard output; why a start has failed goes to standard error, a line for each thing that is wrong.

        exit status: 0 stopped as asked, 1 not started or failed
        """;
}
