namespace Cvdvae.Gateway.Delivery;

/// <summary>What goes first when images wait for a worker.</summary>
internal enum ImageJobUrgency
{
    /// <summary>Results of a call whose deadline is near.</summary>
    Deadline,

    /// <summary>Inputs and previews: cheap, and somebody waits to see the first one.</summary>
    Preview,

    /// <summary>Results.</summary>
    Result,
}
