namespace Cvdvae.Client;

/// <summary>What one call does differently from the client's options.</summary>
public sealed record CallSettings
{
    /// <summary>
    /// Longest time of the call with all its attempts, above 0; null: the client's; <see cref="Timeout.InfiniteTimeSpan"/>: none.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Identity of the call in the server's logs and traces, 1 to 128 letters, digits, '-', '_', '.' or ':'; null: the server makes one,
    /// which <see cref="StartedEvent.RequestId"/> tells.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>Sent as <c>x-api-key</c>; null: the client's.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Sent as <c>authorization: Bearer</c>; null: the client's.</summary>
    public string? Token { get; init; }

    /// <summary>What the caller calls the fields of the request, in errors.</summary>
    internal CallerNames Names { get; init; } = CallerNames.OfRequest;
}
