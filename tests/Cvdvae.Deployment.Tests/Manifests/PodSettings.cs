using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>The environment of a pod's one container.</summary>
internal static class PodSettings
{
    /// <summary>Its variables: those of its ConfigMaps, then its own.</summary>
    public static IReadOnlyDictionary<string, string> Of(RenderedManifests manifests, V1PodTemplateSpec pod)
    {
        V1Container container = Assert.Single(pod.Spec.Containers);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (V1EnvFromSource source in container.EnvFrom ?? [])
        {
            foreach ((string name, string value) in manifests.One<V1ConfigMap>(source.ConfigMapRef.Name).Data)
            {
                settings[name] = value;
            }
        }

        foreach (V1EnvVar variable in container.Env ?? [])
        {
            settings[variable.Name] = variable.Value;
        }

        return settings;
    }
}
