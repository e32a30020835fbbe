using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>The keys that classes of options have.</summary>
internal static class OptionKeys
{
    /// <summary>Properties that can be configured, as keys below the section, with those of nested classes.</summary>
    public static IEnumerable<(string Key, PropertyInfo Property, object? Default)> Of(object options, string prefix = "")
    {
        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.MetadataToken))
        {
            object? value = property.GetValue(options);
            if (IsNested(property.PropertyType) && value is not null)
            {
                foreach ((string Key, PropertyInfo Property, object? Default) inner in Of(value, $"{prefix}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else if (property.SetMethod?.IsPublic == true || value is IList)
            {
                yield return ($"{prefix}{property.Name}", property, value);
            }
            else if (value is IEnumerable and not string)
            {
                yield return ($"{prefix}{property.Name}", property, value);
            }
        }
    }

    /// <summary>Whether a key (with colons) is an option of a class, or an item of one that is a list.</summary>
    public static bool Has(Type type, string key)
    {
        string[] parts = key.Split(':');
        bool isItem = parts.Length > 1 && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        string option = string.Join(':', isItem ? parts[1..^1] : parts[1..]);
        return string.Equals(parts[0], ServiceOptions.SectionOf(type), StringComparison.OrdinalIgnoreCase)
            && Of(Activator.CreateInstance(type)!).Any(item => string.Equals(item.Key, option, StringComparison.OrdinalIgnoreCase) && isItem == IsList(item.Property.PropertyType));
    }

    /// <summary>Whether a property's items are configured by number.</summary>
    public static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    private static bool IsNested(Type type) => type.IsClass && type != typeof(string) && !IsList(type) && type.Namespace?.StartsWith("Cvdvae.", StringComparison.Ordinal) == true;
}
