namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>A kind of object of the API.</summary>
/// <param name="Group">Its group; empty: the core.</param>
/// <param name="Version">Its version.</param>
/// <param name="Plural">Its name in paths.</param>
/// <param name="Kind">Its name in objects.</param>
/// <param name="IsNamespaced">Whether its objects lie in namespaces.</param>
/// <param name="ShortName">What kubectl may call it too.</param>
internal sealed record ClusterResource(string Group, string Version, string Plural, string Kind, bool IsNamespaced = true,
    string ShortName = "")
{
    /// <summary>Those that the manifests and the commands have.</summary>
    public static IReadOnlyList<ClusterResource> All { get; } =
    [
        new("", "v1", "namespaces", "Namespace", IsNamespaced: false, "ns"),
        new("", "v1", "pods", "Pod", ShortName: "po"),
        new("", "v1", "secrets", "Secret"),
        new("", "v1", "configmaps", "ConfigMap", ShortName: "cm"),
        new("", "v1", "services", "Service", ShortName: "svc"),
        new("", "v1", "serviceaccounts", "ServiceAccount", ShortName: "sa"),
        new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ShortName: "pvc"),
        new("apps", "v1", "deployments", "Deployment", ShortName: "deploy"),
        new("apps", "v1", "replicasets", "ReplicaSet", ShortName: "rs"),
        new("batch", "v1", "jobs", "Job"),
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ShortName: "pdb"),
        new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ShortName: "hpa"),
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ShortName: "netpol"),
        new("networking.k8s.io", "v1", "ingresses", "Ingress", ShortName: "ing"),
        new("gateway.networking.k8s.io", "v1", "gateways", "Gateway"),
        new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        new("gateway.networking.k8s.io", "v1", "grpcroutes", "GRPCRoute"),
    ];

    /// <summary>Group and version as objects name them.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Where its group and version lie.</summary>
    public string Root => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
}
