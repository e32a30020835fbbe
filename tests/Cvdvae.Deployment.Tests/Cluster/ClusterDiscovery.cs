using System.Text.Json.Nodes;

namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>What the API says about itself.</summary>
internal static class ClusterDiscovery
{
    private static readonly string[] Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    /// <summary>The answer at a path of discovery; null: it is none.</summary>
    public static JsonNode? Answer(string path) => path switch
    {
        "version" => new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = "v1.32.0" },
        "api" => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        "apis" => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = Groups() },
        "openapi/v3" => new JsonObject
        {
            ["paths"] = new JsonObject(Roots().Select(root =>
                KeyValuePair.Create(root, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{root}" }))),
        },
        _ when path.StartsWith("openapi/v3/", StringComparison.Ordinal) => Schema(path["openapi/v3/".Length..]),
        _ when Roots().Contains(path) => new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1",
            ["groupVersion"] = Of(path).First().ApiVersion, ["resources"] = Resources(path) },
        _ => null,
    };

    private static IEnumerable<string> Roots() => ClusterResource.All.Select(resource => resource.Root).Distinct();

    private static IEnumerable<ClusterResource> Of(string root) => ClusterResource.All.Where(resource => resource.Root == root);

    private static JsonArray Groups() =>
    [
        .. ClusterResource.All.Where(resource => resource.Group.Length > 0).Select(resource => (resource.Group, resource.Version))
            .Distinct().Select(item =>
        {
            JsonObject Version() => new() { ["groupVersion"] = $"{item.Group}/{item.Version}", ["version"] = item.Version };
            return new JsonObject { ["name"] = item.Group, ["versions"] = new JsonArray(Version()), ["preferredVersion"] = Version() };
        }),
    ];

    private static JsonArray Resources(string root) =>
    [
        .. Of(root).Select(resource => new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Kind.ToLowerInvariant(),
            ["namespaced"] = resource.IsNamespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = new JsonArray([.. Verbs.Select(verb => JsonValue.Create(verb))]),
            ["shortNames"] = resource.ShortName.Length > 0 ? new JsonArray(resource.ShortName) : [],
        }),
    ];

    // All that kubectl asks it for: whether the server checks fields, and so kubectl need not.
    private static JsonObject Schema(string root) => new()
    {
        ["openapi"] = "3.0.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
        ["paths"] = new JsonObject(Of(root).Select(resource => KeyValuePair.Create(
            $"/{root}/{(resource.IsNamespaced ? "namespaces/{namespace}/" : "")}{resource.Plural}/{{name}}",
            (JsonNode?)new JsonObject
            {
                ["patch"] = new JsonObject
                {
                    ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = resource.Group, ["version"] = resource.Version,
                        ["kind"] = resource.Kind },
                    ["parameters"] = new JsonArray(new JsonObject { ["name"] = "fieldValidation", ["in"] = "query",
                        ["schema"] = new JsonObject { ["type"] = "string" } }),
                    ["responses"] = new JsonObject(),
                },
            }))),
    };
}
