namespace Cvdvae.Model.Configuration;

/// <summary>A hyper-parameter is missing, out of range or does not fit the others. The message names the field and what is accepted.</summary>
public sealed class InvalidHyperparametersException : Exception
{
    /// <summary>Creates the error for one field.</summary>
    /// <param name="field">The field in its official spelling, for example <c>dec_blocks</c>.</param>
    /// <param name="problem">What is wrong and what is accepted.</param>
    public InvalidHyperparametersException(string field, string problem)
        : base($"{field}: {problem}") => Field = field;

    /// <summary>The field in its official spelling.</summary>
    public string Field { get; }
}
