using System.Globalization;
using System.Text.Json.Nodes;

namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>Changes of an object as kubectl sends them.</summary>
internal static class ClusterPatch
{
    /// <summary>An object after a change of it.</summary>
    /// <param name="before">The object.</param>
    /// <param name="patch">The change.</param>
    /// <param name="type">Its content type.</param>
    public static JsonObject Apply(JsonObject before, JsonNode patch, string type)
    {
        var after = (JsonObject)before.DeepClone();
        switch (type)
        {
            case "application/json-patch+json":
                foreach (JsonNode? step in patch.AsArray())
                {
                    Step(after, step!);
                }

                break;
            case "application/merge-patch+json":
                Merge(after, patch.AsObject(), byName: false);
                break;
            case "application/strategic-merge-patch+json":
                Merge(after, patch.AsObject(), byName: true);
                break;
            case "application/apply-patch+yaml":
                // The manifests of one manager: what they name is as they say, and what they named before is gone.
                foreach ((string name, JsonNode? value) in patch.AsObject().Where(item => item.Key is not "metadata" and not "status"))
                {
                    after[name] = value?.DeepClone();
                }

                foreach ((string name, JsonNode? value) in patch["metadata"]!.AsObject())
                {
                    after["metadata"]![name] = value?.DeepClone();
                }

                break;
            default:
                throw new NotSupportedException($"a patch of type {type}");
        }

        return after;
    }

    private static void Step(JsonObject root, JsonNode step)
    {
        string[] path = [.. step["path"]!.GetValue<string>().Split('/').Skip(1)
            .Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        JsonNode parent = path[..^1].Aggregate((JsonNode)root, (node, part) =>
            node is JsonArray list ? list[int.Parse(part, CultureInfo.InvariantCulture)]! : node[part]!);
        switch (step["op"]!.GetValue<string>())
        {
            case "add" or "replace" when parent is JsonObject fields:
                fields[path[^1]] = step["value"]?.DeepClone();
                break;
            case "remove" when parent is JsonObject fields:
                fields.Remove(path[^1]);
                break;
            case var other:
                throw new NotSupportedException($"the step {other} at {step["path"]}");
        }
    }

    private static void Merge(JsonObject target, JsonObject patch, bool byName)
    {
        foreach ((string name, JsonNode? value) in patch.Where(item => !item.Key.StartsWith('$')))
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject fields && target[name] is JsonObject inner)
            {
                Merge(inner, fields, byName);
            }
            else if (byName && value is JsonArray { Count: > 0 } items && items.All(item => item?["name"] is not null)
                && target[name] is JsonArray list)
            {
                MergeByName(list, items);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static void MergeByName(JsonArray list, JsonArray items)
    {
        foreach (JsonObject item in items.Cast<JsonObject>())
        {
            if (list.Cast<JsonObject>().FirstOrDefault(other =>
                other["name"]!.GetValue<string>() == item["name"]!.GetValue<string>()) is { } same)
            {
                Merge(same, item, byName: true);
            }
            else
            {
                list.Add(item.DeepClone());
            }
        }
    }
}
