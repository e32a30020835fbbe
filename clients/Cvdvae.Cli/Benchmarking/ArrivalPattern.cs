namespace Cvdvae.Cli.Benchmarking;

/// <summary>How the calls of a rate follow each other.</summary>
internal enum ArrivalPattern
{
    /// <summary>Evenly spaced.</summary>
    Constant,

    /// <summary>At random, as many independent users make them.</summary>
    Poisson,
}
