using Grpc.Core;

namespace Cvdvae.Client;

/// <summary>A call failed; the message is a line for whoever made it.</summary>
public class SuperResolutionException : Exception
{
    /// <summary>Makes an exception without a particular message.</summary>
    public SuperResolutionException()
        : this("The call failed.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    public SuperResolutionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public SuperResolutionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Status of the call.</summary>
    public StatusCode Status { get; init; } = StatusCode.Unknown;

    /// <summary>
    /// What was refused, by the name that the caller gave it by: a property of <see cref="UpscaleOptions"/> (or <c>image</c>), or of
    /// <see cref="Cvdvae.V1.UpscaleRequest"/> (names of one word in lower case). Null where the server named nothing.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>The same by its name in the protocol.</summary>
    public string? WireField { get; init; }

    /// <summary>How long the server asks to wait before the next attempt, where it does.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Identity of the call in the server's logs and traces, where known.</summary>
    public string? RequestId { get; init; }

    /// <summary>Attempts that were made.</summary>
    public int Attempts { get; init; } = 1;
}
