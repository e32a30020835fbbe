using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Cvdvae.Cli.Requests;

/// <summary>Options of several numbers.</summary>
internal static class NumberList
{
    private const int MostNumbers = 1000;

    /// <summary>Numbers as <c>1,2,8</c> or <c>FIRST:LAST:STEP</c>.</summary>
    public static Option<T[]> Create<T>(string name, string description, T least, T most)
        where T : INumber<T> => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => [],
            CustomParser = result =>
            {
                string text = result.Tokens[^1].Value;
                T[]? numbers = text.Contains(':', StringComparison.Ordinal) ? Range<T>(text.Split(':')) : List<T>(text.Split(','));
                if (numbers is not { Length: > 0 and <= MostNumbers } || numbers.Any(number => !(number >= least && number <= most)))
                {
                    result.AddError($"{name}: '{text}' is not a list of numbers from {least} to {most}, as 1,2,8 or FIRST:LAST:STEP");
                    return [];
                }

                return numbers;
            },
        };

    private static T[]? List<T>(string[] parts)
        where T : INumber<T>
    {
        var numbers = new List<T>();
        foreach (string part in parts)
        {
            if (!T.TryParse(part, CultureInfo.InvariantCulture, out T? number))
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static T[]? Range<T>(string[] parts)
        where T : INumber<T>
    {
        if (List<T>(parts) is not { Length: 2 or 3 } ends)
        {
            return null;
        }

        T step = ends.Length == 3 ? ends[2] : T.One;
        var numbers = new List<T>();
        for (T number = ends[0]; step > T.Zero && number <= ends[1] && numbers.Count <= MostNumbers; number += step)
        {
            numbers.Add(number);
        }

        return [.. numbers];
    }
}
