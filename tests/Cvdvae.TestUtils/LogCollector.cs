using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cvdvae.TestUtils;

/// <summary>Keeps everything that is logged.</summary>
public sealed class LogCollector : ILoggerProvider, ILogger, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <summary>A logger of a category.</summary>
    public ILogger<T> For<T>()
    {
        using var factory = new LoggerFactory([this]);
        return factory.CreateLogger<T>();
    }

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes.Push(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var scopes = new List<string>();
        _scopes.ForEachScope((scope, list) => list.Add($"{scope}"), scopes);
        _lines.Enqueue(new LogLine(logLevel, eventId.Id, formatter(state, exception), exception, scopes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
