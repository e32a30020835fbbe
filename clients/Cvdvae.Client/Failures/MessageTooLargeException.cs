namespace Cvdvae.Client;

/// <summary>A message was larger than its receiver takes: nothing that waiting would help.</summary>
public sealed class MessageTooLargeException : SuperResolutionException
{
    /// <summary>Makes an exception without a particular message.</summary>
    public MessageTooLargeException()
        : this("The message is too large.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    public MessageTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public MessageTooLargeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Size of the message in bytes, where known.</summary>
    public long? Size { get; init; }

    /// <summary>Most bytes that its receiver takes, where known.</summary>
    public long? Limit { get; init; }
}
