using k8s.Models;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>Who reaches whom by the network policies of a deployment.</summary>
/// <param name="manifests">The deployment.</param>
internal sealed class NetworkReach(RenderedManifests manifests)
{
    /// <summary>All ways to a pod's ports as "from -> to:port", from its pods and from a pod of another namespace.</summary>
    /// <param name="namespaces">Names of other namespaces.</param>
    public IEnumerable<string> Ways(params string[] namespaces) =>
        from target in manifests.Pods
        from port in target.Pod.Spec.Containers[0].Ports ?? []
        from source in manifests.Pods.Select(item => new Peer(item.Name, "cvdvae", item.Pod.Metadata.Labels)).Concat(namespaces.Select(name => new Peer(name, name, new Dictionary<string, string>())))
        let peer = new Peer(target.Name, "cvdvae", target.Pod.Metadata.Labels)
        where Enters(source, peer, port) && (source.Namespace != "cvdvae" || Leaves(source, peer, port))
        select $"{source.Name} -> {peer.Name}:{port.Name}";

    /// <summary>Whether a pod may speak to addresses outside the cluster, on any port but that of DNS.</summary>
    public bool LeavesTheCluster(string pod)
    {
        V1PodTemplateSpec template = manifests.Pods.Single(item => item.Name == pod).Pod;
        return Policies(template.Metadata.Labels, "Egress") is not { Length: > 0 } policies
            || policies.SelectMany(policy => policy.Spec.Egress ?? []).Any(rule => (rule.To is not { Count: > 0 } || rule.To.Any(to => to.IpBlock is not null)) && rule.Ports?.All(port => port.Port.Value == "53") != true);
    }

    private static bool Matches(V1LabelSelector? selector, IDictionary<string, string> labels) => selector is null
        || ((selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out string? value) && value == label.Value)
        && (selector.MatchExpressions ?? []).All(expression => expression.OperatorProperty switch
        {
            "In" => labels.TryGetValue(expression.Key, out string? value) && expression.Values.Contains(value),
            var other => throw new NotSupportedException($"operator {other}"),
        }));

    private static bool Matches(IList<V1NetworkPolicyPeer>? peers, Peer peer) => peers is not { Count: > 0 } || peers.Any(item =>
        item.IpBlock is null
        && (item.NamespaceSelector is null ? peer.Namespace == "cvdvae" : Matches(item.NamespaceSelector, new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = peer.Namespace }))
        && Matches(item.PodSelector, peer.Labels));

    private static bool Matches(IList<V1NetworkPolicyPort>? ports, V1ContainerPort port) =>
        ports is not { Count: > 0 } || ports.Any(item => (item.Protocol ?? "TCP") == "TCP" && (item.Port is null || item.Port.Value == port.Name || item.Port.Value == $"{port.ContainerPort}"));

    private bool Enters(Peer source, Peer target, V1ContainerPort port) => Policies(target.Labels, "Ingress") is not { Length: > 0 } policies
        || policies.SelectMany(policy => policy.Spec.Ingress ?? []).Any(rule => Matches(rule.FromProperty, source) && Matches(rule.Ports, port));

    private bool Leaves(Peer source, Peer target, V1ContainerPort port) => Policies(source.Labels, "Egress") is not { Length: > 0 } policies
        || policies.SelectMany(policy => policy.Spec.Egress ?? []).Any(rule => Matches(rule.To, target) && Matches(rule.Ports, port));

    // A pod that no policy selects for a direction is open in it.
    private V1NetworkPolicy[] Policies(IDictionary<string, string> labels, string direction) =>
        [.. manifests.All<V1NetworkPolicy>().Where(policy => policy.Spec.PolicyTypes.Contains(direction) && Matches(policy.Spec.PodSelector, labels))];

    private sealed record Peer(string Name, string Namespace, IDictionary<string, string> Labels);
}
