namespace Cvdvae.Scheduling;

/// <summary>A batch does not fit into the device's memory.</summary>
public sealed class OutOfDeviceMemoryException : Exception
{
    /// <summary>Creates the error.</summary>
    public OutOfDeviceMemoryException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
