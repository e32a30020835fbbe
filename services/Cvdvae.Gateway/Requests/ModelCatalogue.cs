using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Requests;

/// <summary>The models that decoders serve at a moment.</summary>
internal sealed class ModelCatalogue
{
    private const int MaxNameCharacters = 256;

    private ModelCatalogue(IReadOnlyList<ModelInfo> models) => Models = models;

    /// <summary>No models.</summary>
    public static ModelCatalogue Empty { get; } = new([]);

    /// <summary>The models by name, then by version, newest first.</summary>
    public IReadOnlyList<ModelInfo> Models { get; }

    /// <summary>
    /// Joins what decoders serve. While a version is being replaced there are two contents of it: the one on more decoders stands for it.
    /// </summary>
    public static ModelCatalogue Of(IEnumerable<ModelInfo> models) => new(
    [
        .. models.GroupBy(model => (model.Name, model.Version))
            .Select(version => version.GroupBy(model => model.ContentHash)
                .OrderByDescending(content => content.Count()).ThenBy(content => content.Key, StringComparer.Ordinal).First().First())
            .OrderBy(model => model.Name, StringComparer.Ordinal)
            .ThenByDescending(model => model.Version, VersionOrder.Instance),
    ]);

    /// <summary>The name that an empty name means; empty when nothing is served and none is set.</summary>
    public string DefaultModel(string configured) => configured.Length > 0 ? configured : Models.Count > 0 ? Models[0].Name : "";

    /// <summary>Finds "name" (its newest version) or "name@version".</summary>
    /// <exception cref="RpcException">NOT_FOUND; UNAVAILABLE when there is no model at all; INVALID_ARGUMENT for an endless name.</exception>
    public ModelInfo Require(string requested, string configuredDefault)
    {
        if (requested.Length > MaxNameCharacters)
        {
            throw RpcErrors.InvalidArgument(
                "model", requested, $"'name' or 'name@version' of at most {MaxNameCharacters} characters");
        }

        if (Models.Count == 0)
        {
            throw RpcErrors.Unavailable("no model is ready yet; try again in a moment");
        }

        string wanted = requested.Length > 0 ? requested : DefaultModel(configuredDefault);
        int at = wanted.IndexOf('@', StringComparison.Ordinal);
        (string name, string? version) = at < 0 ? (wanted, null) : (wanted[..at], wanted[(at + 1)..]);
        return Models.FirstOrDefault(model => model.Name == name && (version is null || model.Version == version))
            ?? throw RpcErrors.NotFound(
                "model",
                $"'{RpcErrors.Shown(wanted)}' is not served; there is: {string.Join(", ", Models.Select(model => $"{model.Name}@{model.Version}"))}");
    }
}
