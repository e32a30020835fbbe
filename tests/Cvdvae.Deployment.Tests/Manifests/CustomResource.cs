using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>An object of a kind that an operator defines, with the fields that it can't do without.</summary>
internal sealed class CustomResource
{
    // Paths from the object's root; a star stands for each item of a list that must not be empty.
    private static readonly Dictionary<string, string[]> Required = new(StringComparer.Ordinal)
    {
        ["cert-manager.io/v1/Issuer"] = ["spec"],
        ["cert-manager.io/v1/Certificate"] = ["spec.secretName", "spec.issuerRef.name", "spec.issuerRef.kind"],
        ["keda.sh/v1alpha1/ScaledObject"] =
        [
            "spec.scaleTargetRef.name", "spec.minReplicaCount", "spec.maxReplicaCount", "spec.triggers.*.type", "spec.triggers.*.metricType",
            "spec.triggers.*.metadata.serverAddress", "spec.triggers.*.metadata.query", "spec.triggers.*.metadata.threshold",
        ],
        ["monitoring.coreos.com/v1/ServiceMonitor"] = ["spec.selector", "spec.endpoints.*.port", "spec.endpoints.*.path", "spec.endpoints.*.interval"],
        ["monitoring.coreos.com/v1/PrometheusRule"] =
            ["spec.groups.*.name", "spec.groups.*.rules.*.alert", "spec.groups.*.rules.*.expr", "spec.groups.*.rules.*.labels.severity", "spec.groups.*.rules.*.annotations.summary"],
        ["gateway.networking.k8s.io/v1/Gateway"] = ["spec.gatewayClassName", "spec.listeners.*.name", "spec.listeners.*.port", "spec.listeners.*.protocol"],
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = ["spec.parentRefs.*.name", "spec.rules.*.backendRefs.*.name", "spec.rules.*.backendRefs.*.port"],
        ["gateway.networking.k8s.io/v1/GRPCRoute"] = ["spec.parentRefs.*.name", "spec.rules.*.backendRefs.*.name", "spec.rules.*.backendRefs.*.port"],
    };

    // Of the Gateway API (v1.2), what the manifests use: a field that is not here is a mistake, or has to be looked up and added.
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["gateway.networking.k8s.io/v1/Gateway"] =
        [
            "spec.gatewayClassName", "spec.listeners.*.name", "spec.listeners.*.hostname", "spec.listeners.*.port", "spec.listeners.*.protocol", "spec.listeners.*.tls.mode",
            "spec.listeners.*.tls.certificateRefs.*.name", "spec.listeners.*.allowedRoutes.kinds.*.kind",
        ],
        ["gateway.networking.k8s.io/v1/HTTPRoute"] =
        [
            "spec.parentRefs.*.name", "spec.parentRefs.*.sectionName", "spec.hostnames.*", "spec.rules.*.matches.*.path.type", "spec.rules.*.matches.*.path.value",
            "spec.rules.*.backendRefs.*.name", "spec.rules.*.backendRefs.*.port", "spec.rules.*.timeouts.request",
        ],
        ["gateway.networking.k8s.io/v1/GRPCRoute"] =
        [
            "spec.parentRefs.*.name", "spec.parentRefs.*.sectionName", "spec.hostnames.*", "spec.rules.*.matches.*.method.service",
            "spec.rules.*.backendRefs.*.name", "spec.rules.*.backendRefs.*.port",
        ],
    };

    private readonly Dictionary<object, object> _root;

    private CustomResource(string kind, Dictionary<object, object> root) => (Kind, _root) = (kind, root);

    /// <summary>Group, version and kind.</summary>
    public string Kind { get; }

    public string Name => Text("metadata.name");

    public string? Namespace => Values("metadata.namespace").SingleOrDefault() as string;

    public static CustomResource Read(string kind, Dictionary<object, object> root)
    {
        Assert.True(Required.TryGetValue(kind, out string[]? paths), $"{kind} is no kind that these tests know");
        var resource = new CustomResource(kind, root);
        foreach (string path in paths!)
        {
            Assert.True(resource.Values(path).Any(), $"{kind} {resource.Name}: {path} is missing");
            int star = path.LastIndexOf(".*.", StringComparison.Ordinal);
            if (star >= 0)
            {
                Assert.True(resource.Values(path).Count() == resource.Values(path[..(star + 2)]).Count(), $"{kind} {resource.Name}: {path} is missing in one of the items");
            }
        }

        if (Known.TryGetValue(kind, out string[]? known))
        {
            Assert.All(Leaves(root["spec"], "spec").Distinct(), path => Assert.True(known.Contains(path), $"{kind} {resource.Name}: {path} is no field that these tests know"));
        }

        return resource;
    }

    private static IEnumerable<string> Leaves(object value, string path) => value switch
    {
        Dictionary<object, object> fields => fields.SelectMany(field => Leaves(field.Value, $"{path}.{field.Key}")),
        List<object> items => items.SelectMany(item => Leaves(item, $"{path}.*")),
        _ => [path],
    };

    /// <summary>The one text at a path.</summary>
    public string Text(string path) => Assert.IsType<string>(Assert.Single(Values(path)));

    /// <summary>The texts at a path.</summary>
    public IEnumerable<string> Texts(string path) => Values(path).Cast<string>();

    /// <summary>What stands at a path, for each item of the lists on the way.</summary>
    public IEnumerable<object> Values(string path) => path.Split('.').Aggregate((IEnumerable<object>)[_root], (found, step) => found.SelectMany(value => Step(value, step)));

    private static List<object> Step(object value, string step) => value switch
    {
        List<object> items when step == "*" => items,
        Dictionary<object, object> fields when fields.TryGetValue(step, out object? field) && field is not null => [field],
        _ => [],
    };
}
