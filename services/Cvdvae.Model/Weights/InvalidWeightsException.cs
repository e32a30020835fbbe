namespace Cvdvae.Model.Weights;

/// <summary>A weights file is damaged, hostile, of an unknown format, or lacks what was asked of it. The message names the file.</summary>
public sealed class InvalidWeightsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="origin">The file's path or name.</param>
    /// <param name="problem">What is wrong with it, and what is accepted.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public InvalidWeightsException(string origin, string problem, Exception? innerException = null)
        : base(Printable.Of($"{origin}: {problem}"), innerException)
    {
        Origin = origin;
    }

    /// <summary>The path or name of the file.</summary>
    public string Origin { get; }
}
