using Cvdvae.Model.Weights;

namespace Cvdvae.Model.Packaging;

/// <summary>A model folder can't be used. The message names the file and what is wrong.</summary>
public sealed class InvalidModelException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="origin">The file or folder.</param>
    /// <param name="problem">What is wrong and what is accepted.</param>
    /// <param name="cause">The error behind it, if any.</param>
    public InvalidModelException(string origin, string problem, Exception? cause = null)
        : base(Printable.Of($"{origin}: {problem}"), cause)
    {
    }
}
