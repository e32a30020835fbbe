using System.Collections;
using System.Reflection;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>An option that can be configured.</summary>
/// <param name="Key">Its key, with colons and the section before it; of a list's items it ends with <see cref="Item"/>.</param>
/// <param name="Type">What it holds; of a list, what an item holds.</param>
internal sealed record OptionName(string Key, Type Type)
{
    /// <summary>Stands for the number of an item.</summary>
    public const string Item = "#";

    /// <summary>The options of a class, whose section is its constant <c>Section</c>.</summary>
    public static IReadOnlyList<OptionName> Of(Type options) => [.. Of(options, SectionOf(options))];

    /// <summary>Name of a class's section.</summary>
    public static string SectionOf(Type options) => options.GetField("Section")?.GetRawConstantValue() as string
        ?? throw new InvalidOperationException($"{options} has no constant Section");

    private static IEnumerable<OptionName> Of(Type type, string prefix)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string key = $"{prefix}:{property.Name}";
            if (IsList(property.PropertyType))
            {
                yield return new OptionName($"{key}:{Item}", ItemOf(property.PropertyType));
            }
            else if (IsNested(property.PropertyType))
            {
                foreach (OptionName inner in Of(property.PropertyType, key))
                {
                    yield return inner;
                }
            }
            else if (property.SetMethod?.IsPublic == true)
            {
                yield return new OptionName(key, property.PropertyType);
            }
        }
    }

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    private static Type ItemOf(Type list) => list.IsGenericType ? list.GenericTypeArguments[^1] : typeof(string);

    private static bool IsNested(Type type) => type.IsClass && type.Namespace?.StartsWith("Cvdvae.", StringComparison.Ordinal) == true;
}
