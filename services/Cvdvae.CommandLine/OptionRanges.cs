using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Cvdvae.CommandLine;

/// <summary>Checks of options' values. Text that can't be read at all is for the parser to refuse.</summary>
public static class OptionRanges
{
    /// <summary>Refuses numbers outside [least, most], and those that are none.</summary>
    public static void AcceptFrom<T>(this Option option, T least, T most)
        where T : INumber<T>, IMinMaxValue<T> => option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && T.TryParse(text, CultureInfo.InvariantCulture, out T? value) && !(value >= least && value <= most))
            {
                result.AddError($"{option.Name}: {text} is not {(most == T.MaxValue ? $"{least} or more" : $"from {least} to {most}")}");
            }
        });
}
