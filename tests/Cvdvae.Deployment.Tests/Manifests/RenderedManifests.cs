using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>The objects of a rendered folder, read strictly: an unknown kind or field is an error.</summary>
internal sealed class RenderedManifests
{
    private static readonly IDeserializer Plain = new DeserializerBuilder().Build();

    private static readonly Dictionary<string, Type> Kinds = new(StringComparer.Ordinal)
    {
        ["v1/Namespace"] = typeof(V1Namespace),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["v1/Pod"] = typeof(V1Pod),
        ["v1/Secret"] = typeof(V1Secret),
        ["v1/Service"] = typeof(V1Service),
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/PersistentVolumeClaim"] = typeof(V1PersistentVolumeClaim),
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["batch/v1/Job"] = typeof(V1Job),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["autoscaling/v2/HorizontalPodAutoscaler"] = typeof(V2HorizontalPodAutoscaler),
        ["networking.k8s.io/v1/Ingress"] = typeof(V1Ingress),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
    };

    public RenderedManifests(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            Add(Plain.Deserialize<Dictionary<object, object>>(parser));
        }
    }

    /// <summary>Of objects as an API has them.</summary>
    public RenderedManifests(IEnumerable<JsonObject> objects)
    {
        foreach (JsonObject item in objects)
        {
            Add((Dictionary<object, object>)Plainly(item)!);
        }
    }

    /// <summary>Objects of Kubernetes itself.</summary>
    public List<IKubernetesObject<V1ObjectMeta>> Objects { get; } = [];

    /// <summary>Objects of the kinds that operators define.</summary>
    public List<CustomResource> Custom { get; } = [];

    public IEnumerable<V1Deployment> Deployments => All<V1Deployment>();

    /// <summary>Templates of everything that runs pods, by its name.</summary>
    public IEnumerable<(string Name, V1PodTemplateSpec Pod)> Pods =>
        Deployments.Select(deployment => (deployment.Name(), deployment.Spec.Template)).Concat(All<V1Job>().Select(job => (job.Name(), job.Spec.Template)))
            .Concat(All<V1Pod>().Select(pod => (pod.Name(), new V1PodTemplateSpec { Metadata = pod.Metadata, Spec = pod.Spec })));

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T One<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Assert.Single(All<T>(), item => item.Name() == name);

    // As the reader of YAML has it, all values texts.
    private static object? Plainly(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Where(field => field.Value is not null).ToDictionary(field => (object)field.Key, field => Plainly(field.Value)!),
        JsonArray items => items.Select(item => Plainly(item)!).ToList(),
        _ => node?.ToString(),
    };

    private void Add(Dictionary<object, object> document)
    {
        string kind = $"{document["apiVersion"]}/{document["kind"]}";
        if (Kinds.TryGetValue(kind, out Type? type))
        {
            string text = new SerializerBuilder().WithQuotingNecessaryStrings().Build().Serialize(document);
            var read = (IKubernetesObject<V1ObjectMeta>)KubernetesYaml.LoadAllFromString(text, new Dictionary<string, Type> { [kind] = type }, strict: true).Single();
            Objects.Add(read);
        }
        else
        {
            Custom.Add(CustomResource.Read(kind, document));
        }
    }
}
