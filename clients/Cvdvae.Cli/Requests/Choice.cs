using System.CommandLine;

namespace Cvdvae.Cli.Requests;

/// <summary>Options of a few named values.</summary>
internal static class Choice
{
    /// <summary>An option of one of the names; not given, its value is the default one of the type.</summary>
    /// <param name="name">Name of the option.</param>
    /// <param name="description">What it is for; the help adds the names.</param>
    /// <param name="values">The names and what they mean.</param>
    public static Option<T> Of<T>(string name, string description, params (string Name, T Value)[] values)
    {
        string names = string.Join(", ", values[..^1].Select(value => value.Name)) + " or " + values[^1].Name;
        return new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', values.Select(value => value.Name)),
            CustomParser = result =>
            {
                string text = result.Tokens[^1].Value;
                foreach ((string known, T value) in values)
                {
                    if (known.Equals(text, StringComparison.OrdinalIgnoreCase))
                    {
                        return value;
                    }
                }

                result.AddError($"{name}: '{text}' is not {names}");
                return default!;
            },
        };
    }
}
