using System.Globalization;
using System.Text.Json.Nodes;
using Cvdvae.Deployment.Tests.Manifests;

namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>
/// The objects of a cluster, each checked strictly as it comes, and what the cluster's own controllers would do with them at once: new
/// pods are ready, jobs are done, balancers have an address.
/// </summary>
internal sealed class ClusterObjects
{
    private readonly Dictionary<(string Plural, string Namespace, string Name), JsonObject> _objects = [];
    private int _version = 1;

    /// <summary>Called with a job when it has come.</summary>
    public Action<JsonObject> JobDone { get; set; } = _ => { };

    public JsonObject? Find(ClusterResource resource, string space, string name)
    {
        lock (_objects)
        {
            return _objects.TryGetValue((resource.Plural, space, name), out JsonObject? found) ? (JsonObject)found.DeepClone() : null;
        }
    }

    public IReadOnlyList<JsonObject> List(ClusterResource resource, string space, string labels, string fields)
    {
        lock (_objects)
        {
            return
            [
                .. _objects.Where(item => item.Key.Plural == resource.Plural && (space.Length == 0 || item.Key.Namespace == space))
                    .Select(item => item.Value)
                    .Where(item => Pairs(labels).All(pair => item["metadata"]!["labels"]?[pair.Name]?.GetValue<string>() == pair.Value))
                    .Where(item => Pairs(fields).All(pair =>
                        pair.Name.Split('.').Aggregate((JsonNode?)item, (node, part) => node?[part])?.GetValue<string>() == pair.Value))
                    .Select(item => (JsonObject)item.DeepClone()),
            ];
        }
    }

    /// <summary>All objects, as manifests.</summary>
    public RenderedManifests Manifests()
    {
        lock (_objects)
        {
            return new RenderedManifests(_objects.Where(item => item.Key.Plural != "replicasets").Select(item => item.Value));
        }
    }

    /// <summary>Stores an object.</summary>
    /// <exception cref="Exception">It has fields that its kind has not, or is otherwise wrong.</exception>
    public JsonObject Put(ClusterResource resource, string space, JsonObject given)
    {
        _ = new RenderedManifests([given]);
        lock (_objects)
        {
            var item = (JsonObject)given.DeepClone();
            JsonObject metadata = item["metadata"]!.AsObject();
            string name = metadata["name"]!.GetValue<string>();
            JsonObject? before = _objects.GetValueOrDefault((resource.Plural, space, name));
            bool isSame = before is not null && JsonNode.DeepEquals(before["spec"], item["spec"]);
            int generation = before?["metadata"]!["generation"]?.GetValue<int>() ?? 0;
            metadata["generation"] = isSame ? generation : generation + 1;
            metadata["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            metadata["uid"] = before?["metadata"]!["uid"]?.GetValue<string>() ?? Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = before?["metadata"]!["creationTimestamp"]?.GetValue<string>() ?? "2026-01-01T00:00:00Z";
            if (resource.IsNamespaced)
            {
                metadata["namespace"] = space;
            }

            switch (resource.Kind)
            {
                case "Deployment":
                    Revise(space, item);
                    break;
                case "Job" when before is not null && !isSame:
                    throw new InvalidOperationException("spec.template: Invalid value: field is immutable");
                case "Job":
                    item["status"] = new JsonObject { ["succeeded"] = 1,
                        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Complete", ["status"] = "True" }) };
                    break;
                case "Service" when item["spec"]!["type"]?.GetValue<string>() == "LoadBalancer":
                    item["status"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(
                        new JsonObject { ["ip"] = "127.0.0.1" }) } };
                    break;
            }

            _objects[(resource.Plural, space, name)] = item;
            if (resource.Kind == "Job" && before is null)
            {
                JobDone(item);
            }

            return (JsonObject)item.DeepClone();
        }
    }

    public bool Remove(ClusterResource resource, string space, string name)
    {
        lock (_objects)
        {
            if (resource.Kind == "Namespace")
            {
                foreach ((string Plural, string Namespace, string Name) key in _objects.Keys.Where(key => key.Namespace == name).ToArray())
                {
                    _objects.Remove(key);
                }
            }

            return _objects.Remove((resource.Plural, space, name));
        }
    }

    /// <summary>What the controller of deployments does: a set of pods for each template, numbered, the newest one in use.</summary>
    private void Revise(string space, JsonObject deployment)
    {
        JsonObject metadata = deployment["metadata"]!.AsObject();
        JsonObject template = deployment["spec"]!["template"]!.AsObject();
        string owner = metadata["uid"]!.GetValue<string>();
        JsonObject[] sets = [.. _objects.Where(item => item.Key.Plural == "replicasets").Select(item => item.Value)
            .Where(set => set["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>() == owner)];
        JsonObject? current = sets.FirstOrDefault(set => JsonNode.DeepEquals(Without(set["spec"]!["template"]!), template));
        int latest = sets.Select(Revision).DefaultIfEmpty().Max();
        if (current is null)
        {
            string name = $"{metadata["name"]}-{latest + 1}";
            var labelled = (JsonObject)template.DeepClone();
            labelled["metadata"]!["labels"]!["pod-template-hash"] = $"{latest + 1}";
            current = new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "ReplicaSet",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["namespace"] = space,
                    ["uid"] = Guid.NewGuid().ToString(),
                    ["labels"] = labelled["metadata"]!["labels"]!.DeepClone(),
                    ["annotations"] = new JsonObject(),
                    ["ownerReferences"] = new JsonArray(
                        new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment",
                            ["name"] = metadata["name"]!.GetValue<string>(), ["uid"] = owner, ["controller"] = true }),
                },
                ["spec"] = new JsonObject { ["replicas"] = 1, ["selector"] = deployment["spec"]!["selector"]!.DeepClone(),
                    ["template"] = labelled },
            };
            _objects[("replicasets", space, name)] = current;
        }

        if (Revision(current) < latest || latest == 0 || !sets.Contains(current))
        {
            current["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"] = $"{latest + 1}";
        }

        metadata["annotations"] ??= new JsonObject();
        metadata["annotations"]!["deployment.kubernetes.io/revision"] = $"{Revision(current)}";
        deployment["status"] = new JsonObject
        {
            ["observedGeneration"] = metadata["generation"]!.GetValue<int>(),
            ["replicas"] = 1,
            ["updatedReplicas"] = 1,
            ["readyReplicas"] = 1,
            ["availableReplicas"] = 1,
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Available", ["status"] = "True" }),
        };
    }

    private static int Revision(JsonObject set) =>
        int.Parse(set["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]?.GetValue<string>() ?? "0",
            CultureInfo.InvariantCulture);

    private static JsonNode Without(JsonNode template)
    {
        JsonNode copy = template.DeepClone();
        copy["metadata"]!["labels"]!.AsObject().Remove("pod-template-hash");
        return copy;
    }

    private static IEnumerable<(string Name, string Value)> Pairs(string selector) =>
        selector.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .Select(parts => (parts[0], parts[1].TrimStart('=')));
}
