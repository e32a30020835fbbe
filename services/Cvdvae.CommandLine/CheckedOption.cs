using System.CommandLine;
using System.Numerics;

namespace Cvdvae.CommandLine;

/// <summary>Options of numbers in a range.</summary>
public static class CheckedOption
{
    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Number<T>(string name, string description, T initial, T least, T? most = null)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => initial };
        option.AcceptFrom(least, most ?? T.MaxValue);
        return option;
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, or none.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string description, T least, T? most = null)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var option = new Option<T?>(name) { Description = description };
        option.AcceptFrom(least, most ?? T.MaxValue);
        return option;
    }
}
