namespace Cvdvae.Imaging;

/// <summary>Bytes that were to be an image cannot be read; the message says what is wrong with them.</summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Makes an exception without a particular message.</summary>
    public InvalidImageException()
        : this("The image cannot be read.")
    {
    }

    /// <summary>Makes an exception with a message for whoever sent the image.</summary>
    public InvalidImageException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and its cause.</summary>
    public InvalidImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
