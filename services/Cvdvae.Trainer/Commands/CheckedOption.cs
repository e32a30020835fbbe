using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace Cvdvae.Trainer.Commands;

/// <summary>Options whose values are checked while the command line is read, with a message that names the option, the value and what is accepted.</summary>
internal static class CheckedOption
{
    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Number<T>(string name, string description, T initial, T least, T? most = null)
        where T : struct, INumber<T>
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => initial };
        Check<T>(option, value => value >= least && (most is not { } limit || value <= limit), Range(least, most));
        return option;
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, or none.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string description, T least, T? most = null)
        where T : struct, INumber<T>
    {
        var option = new Option<T?>(name) { Description = description };
        Check<T?>(option, value => value >= least && (most is not { } limit || value <= limit), Range(least, most));
        return option;
    }

    /// <summary>Adds a check to an option; one that isn't given is not checked.</summary>
    /// <param name="option">The option.</param>
    /// <param name="accepts">Whether a value is accepted.</param>
    /// <param name="accepted">What is accepted, to follow "is not".</param>
    public static void Check<T>(Option option, Func<T?, bool> accepts, string accepted) => option.Validators.Add(result =>
    {
        // What can't be converted has its own error already.
        if (result is { Implicit: false, Tokens: [{ Value: string text }] } && TryValue(result, out T? value) && !accepts(value))
        {
            result.AddError($"{option.Name}: {text} is not {accepted}");
        }
    });

    private static bool TryValue<T>(OptionResult result, out T? value)
    {
        try
        {
            value = result.GetValueOrDefault<T>();
            return true;
        }
        catch (InvalidOperationException)
        {
            value = default;
            return false;
        }
    }

    private static string Range<T>(T least, T? most)
        where T : struct, INumber<T> =>
        most is { } limit ? $"from {least} to {limit}" : $"{least} or more";
}
