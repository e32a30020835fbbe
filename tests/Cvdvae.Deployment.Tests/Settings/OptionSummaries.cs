using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>The summaries of classes and properties, from the XML files that the compiler writes beside the assemblies.</summary>
internal static partial class OptionSummaries
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = new();

    public static string Of(Type type) => Find(type.Assembly, $"T:{type.FullName!.Replace('+', '.')}");

    public static string Of(PropertyInfo property) => Find(property.DeclaringType!.Assembly, $"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}");

    private static string Find(Assembly assembly, string member)
    {
        IReadOnlyDictionary<string, XElement> members = Files.GetOrAdd(assembly, Read);
        return members.TryGetValue(member, out XElement? element) && element.Element("summary") is { } summary
            ? Whitespace().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim()
            : throw new InvalidOperationException($"{member} has no summary");
    }

    private static IReadOnlyDictionary<string, XElement> Read(Assembly assembly) => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{(see.Attribute("cref") ?? see.Attribute("langword"))!.Value.Split('.', ':')[^1]}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
