using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>
/// A line of text for each event, short enough for a terminal: time, level, the last part of the category with the event's number, the message, and of the scopes
/// the two that lead on, <c>request_id</c> and <c>trace_id</c>. The JSON format has all of them.
/// </summary>
internal sealed class ShortConsoleFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>Its name among the formatters.</summary>
    public const string FormatterName = "cvdvae";

    private const string RequestKey = "request_id";
    private const string TraceKey = "TraceId";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(ShortName(logEntry.Category));
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $"[{logEntry.EventId.Id}] "));
        WriteLine(textWriter, message);
        if (logEntry.Exception is { } error)
        {
            textWriter.Write(' ');
            WriteLine(textWriter, error.ToString());
        }

        var ids = new Ids();
        scopeProvider?.ForEachScope(static (scope, ids) => ids.Read(scope), ids);
        Write(textWriter, RequestKey, ids.Request, message);
        Write(textWriter, "trace_id", ids.Trace, message);
        textWriter.Write(Environment.NewLine);
    }

    // An id that the message has already is not said twice.
    private static void Write(TextWriter writer, string name, string? id, string message)
    {
        if (id is not null && !message.Contains(id, StringComparison.Ordinal))
        {
            writer.Write($" {name}={id}");
        }
    }

    /// <summary>Without namespaces, and without what a generic class is made of.</summary>
    private static ReadOnlySpan<char> ShortName(string category)
    {
        ReadOnlySpan<char> plain = category.AsSpan();
        int generic = plain.IndexOfAny('<', '`');
        plain = generic < 0 ? plain : plain[..generic];
        return plain[(plain.LastIndexOf('.') + 1)..];
    }

    private static void WriteLine(TextWriter writer, string text)
    {
        foreach (char character in text)
        {
            writer.Write(character is '\r' or '\n' ? ' ' : character);
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private sealed class Ids
    {
        public string? Request { get; private set; }

        public string? Trace { get; private set; }

        public void Read(object? scope)
        {
            if (scope is not IEnumerable<KeyValuePair<string, object?>> pairs)
            {
                return;
            }

            foreach ((string key, object? value) in pairs)
            {
                Request = key == RequestKey ? value?.ToString() : Request;
                Trace = key == TraceKey ? value?.ToString() : Trace;
            }
        }
    }
}
