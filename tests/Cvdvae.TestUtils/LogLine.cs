using Microsoft.Extensions.Logging;

namespace Cvdvae.TestUtils;

/// <summary>One line of a log.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Event">Number of its event.</param>
/// <param name="Text">Its text.</param>
/// <param name="Error">The error that was logged with it.</param>
/// <param name="Scopes">The scopes around it, as text.</param>
public sealed record LogLine(LogLevel Level, int Event, string Text, Exception? Error, IReadOnlyList<string> Scopes);
