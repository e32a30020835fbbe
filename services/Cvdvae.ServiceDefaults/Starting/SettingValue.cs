using System.ComponentModel;
using System.Globalization;
using Cvdvae.ServiceDefaults.Errors;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Whether the text of a setting is what its option holds.</summary>
internal static class SettingValue
{
    /// <summary>What is wrong with it; null: nothing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">What the option holds.</param>
    public static string? Problem(string text, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return (plain != type && text.Length == 0) || Fits(text, plain) ? null : $"'{RpcErrors.Shown(text)}' is not {Accepted(plain)}";
    }

    private static bool Fits(string text, Type type)
    {
        if (type == typeof(string))
        {
            return true;
        }

        // A plain number would be days, which nobody means.
        if (type == typeof(TimeSpan) && text.Trim() != "0" && !text.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            object? value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return !type.IsEnum || Enum.IsDefined(type, value!);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException or OverflowException or InvalidCastException)
        {
            return false;
        }
    }

    private static string Accepted(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" or ", Enum.GetNames(type)),
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time as hours:minutes:seconds, for example 00:00:30",
        _ when type == typeof(int) => Range(int.MinValue, int.MaxValue),
        _ when type == typeof(long) => Range(long.MinValue, long.MaxValue),
        _ when type == typeof(double) || type == typeof(float) => "a number, for example 0.5",
        _ => $"a {type.Name}",
    };

    private static string Range<T>(T least, T most)
        where T : IFormattable =>
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
}
