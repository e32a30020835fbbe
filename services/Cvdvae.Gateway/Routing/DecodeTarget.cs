using Cvdvae.V1;

namespace Cvdvae.Gateway.Routing;

/// <summary>What a decoder must have to run a request, so that it never changes models, precision or random numbers on its way.</summary>
/// <param name="Model">The model's content.</param>
/// <param name="Precision">Type of weights and features; null: any, before the request has run anywhere.</param>
/// <param name="NoiseVersion">Version of the random numbers' layout; null: any.</param>
internal sealed record DecodeTarget(ModelPin Model, string? Precision = null, uint? NoiseVersion = null)
{
    /// <summary>Pins a model.</summary>
    public static DecodeTarget Of(ModelInfo model) =>
        new(new ModelPin { Name = model.Name, Version = model.Version, ContentHash = model.ContentHash });
}
