using System.Globalization;
using k8s.Models;
using Xunit;
using YamlDotNet.Serialization;

namespace Cvdvae.Deployment.Tests.Manifests;

public sealed class AutoscalingTests
{
    public static TheoryData<string> Overlays => Kustomization.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Deployments_Always_AreScaledOnceAndNotBelowTwo(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.Equal(manifests.Deployments.Select(item => item.Name()).Order(), Scalings(manifests).Select(scaling => scaling.Target).Order());
        Assert.All(Scalings(manifests), scaling => Assert.InRange(scaling.Least, 2, scaling.Most - 1));
        Assert.Equal(overlay == "keda", !manifests.All<V2HorizontalPodAutoscaler>().Any());
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Metrics_OfAutoscalers_AreThoseOfTheAdapter(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        IReadOnlyDictionary<string, (string Series, string Query)> rules = await RulesAsync();
        Assert.All(manifests.All<V2HorizontalPodAutoscaler>(), scaler => Assert.All(scaler.Spec.Metrics, metric =>
        {
            // No processors, no graphics cards.
            Assert.Equal("Pods", metric.Type);
            Assert.Contains(metric.Pods.Metric.Name, rules);
            Assert.Equal("AverageValue", metric.Pods.Target.Type);
            string role = scaler.Spec.ScaleTargetRef.Name.Split('-')[1];
            Assert.StartsWith($"cvdvae_{role}_", metric.Pods.Metric.Name, StringComparison.Ordinal);
        }));
    }

    [Fact]
    public async Task ScaledObjects_Always_AskWhatTheAutoscalersAsk()
    {
        IReadOnlyDictionary<string, (string Series, string Query)> rules = await RulesAsync();
        RenderedManifests autoscaled = await Kustomization.ComposeAsync("two-stage");
        RenderedManifests keda = await Kustomization.ComposeAsync("two-stage", "keda", "keda-two-stage");
        Assert.Equal(autoscaled.All<V2HorizontalPodAutoscaler>().Select(item => item.Name()).Order(), Scalings(keda).Select(scaling => scaling.Target).Order());
        Assert.Empty(keda.All<V2HorizontalPodAutoscaler>());
        Assert.All(keda.Custom.Where(item => item.Kind.EndsWith("/ScaledObject", StringComparison.Ordinal)), item =>
        {
            V2HorizontalPodAutoscalerSpec scaler = autoscaled.One<V2HorizontalPodAutoscaler>(item.Name).Spec;
            Assert.Equal(scaler.ScaleTargetRef.Name, item.Text("spec.scaleTargetRef.name"));
            Assert.Equal(
                scaler.Metrics.Select(metric => Query(rules[metric.Pods.Metric.Name], item.Name)),
                item.Texts("spec.triggers.*.metadata.query"));
            Assert.Equal(
                scaler.Metrics.Select(metric => metric.Pods.Target.AverageValue.ToDecimal()),
                item.Texts("spec.triggers.*.metadata.threshold").Select(value => decimal.Parse(value, CultureInfo.InvariantCulture)));
            Assert.All(item.Texts("spec.triggers.*.metricType"), type => Assert.Equal("AverageValue", type));
        });
    }

    /// <summary>The rules of the adapter: the metric's name, the series behind it, the query.</summary>
    internal static async Task<IReadOnlyDictionary<string, (string Series, string Query)>> RulesAsync()
    {
        RenderedManifests manifests = await Kustomization.RenderAsync("custom-metrics");
        string text = manifests.One<V1ConfigMap>("cvdvae-custom-metrics").Data["config.yaml"];
        var rules = (List<object>)new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(text)["rules"];
        return rules.Cast<Dictionary<object, object>>().ToDictionary(
            rule => rule.TryGetValue("name", out object? name) ? (string)((Dictionary<object, object>)name)["as"] : Series(rule),
            rule => (Series(rule), (string)rule["metricsQuery"]));

        static string Series(Dictionary<object, object> rule) => ((string)rule["seriesQuery"]).Split('{')[0];
    }

    // What the adapter asks for one pod, KEDA asks for all of them: it divides by their number itself.
    private static string Query((string Series, string Query) rule, string service) => rule.Query
        .Replace("<<.Series>>", rule.Series, StringComparison.Ordinal)
        .Replace("<<.LabelMatchers>>", $"namespace=\"cvdvae\",service=\"{service}\"", StringComparison.Ordinal)
        .Replace(" by (<<.GroupBy>>)", "", StringComparison.Ordinal);

    private static IEnumerable<(string Target, int Least, int Most)> Scalings(RenderedManifests manifests) =>
        manifests.All<V2HorizontalPodAutoscaler>().Select(item => (item.Spec.ScaleTargetRef.Name, item.Spec.MinReplicas ?? 1, item.Spec.MaxReplicas))
            .Concat(manifests.Custom.Where(item => item.Kind.EndsWith("/ScaledObject", StringComparison.Ordinal)).Select(item =>
                (item.Text("spec.scaleTargetRef.name"), Number(item.Text("spec.minReplicaCount")), Number(item.Text("spec.maxReplicaCount")))));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
