using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>What a failed start says to whoever has to mend it.</summary>
internal static class StartProblems
{
    /// <summary>The lines for an error, each of one thing that is wrong.</summary>
    public static IReadOnlyList<string> Of(Exception error) => [.. Lines(error).Select(OneLine).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Exception error) => error switch
    {
        StartException start => start.Problems,
        OptionsValidationException options => options.Failures,
        AggregateException several => several.InnerExceptions.SelectMany(Lines),

        // These tell by their inner ones what was wrong with the text.
        InvalidOperationException { InnerException: FormatException inner } outer => [$"{outer.Message}: {inner.Message}"],
        InvalidDataException { InnerException: { } inner } outer when !outer.Message.Contains(inner.Message, StringComparison.Ordinal) =>
            [$"{outer.Message.TrimEnd('.')}: {Innermost(inner).Message}"],
        InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException or FormatException => [error.Message],
        _ => [$"{error.GetType().Name}: {error.Message}"],
    };

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
