using System.Text.Json;
using System.Text.RegularExpressions;
using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.TestUtils;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Monitoring;

/// <summary>That dashboard, alerts and autoscalers ask for what the services measure.</summary>
public sealed class MonitoringTests(ServiceMetrics metrics) : IClassFixture<ServiceMetrics>
{
    // What Prometheus itself and its operator add.
    private static readonly string[] Foreign = ["up"];
    private static readonly string[] ForeignLabels = ["namespace", "pod", "service", "le"];

    [Fact]
    public void Scrape_OfRunningServices_HasOnlyTheNamesThatTheInstrumentsGive()
    {
        string[] ours = [.. metrics.Scraped.Keys.Where(name => name.StartsWith("cvdvae_", StringComparison.Ordinal))];
        Assert.True(ours.Length > 30, string.Join(' ', ours));
        Assert.All(ours, name => Assert.Contains(name, metrics.Ours));
    }

    [Fact]
    public async Task Dashboard_EveryPanel_AsksForWhatIsMeasured()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("monitoring");
        V1ConfigMap map = manifests.One<V1ConfigMap>("cvdvae-dashboard");
        Assert.Equal("1", map.Metadata.Labels["grafana_dashboard"]);
        using var dashboard = JsonDocument.Parse(map.Data["cvdvae.json"]);
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row")];
        Assert.True(panels.Length > 10);
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel =>
        {
            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
            Assert.All(panel.GetProperty("targets").EnumerateArray(), target => IsMeasured(target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "1m", StringComparison.Ordinal)));
        });
    }

    [Fact]
    public async Task Alerts_Always_AskForWhatIsMeasuredAndHaveAnEntryInTheRunbook()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("monitoring");
        string runbook = await File.ReadAllTextAsync(Path.Combine(BuildOutput.Root, "docs", "operations.md"), TestContext.Current.CancellationToken);
        CustomResource rules = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/PrometheusRule", StringComparison.Ordinal));
        string[] alerts = [.. rules.Texts("spec.groups.*.rules.*.alert")];
        Assert.Equal(alerts.Length, alerts.Distinct().Count());
        Assert.All(rules.Texts("spec.groups.*.rules.*.expr"), IsMeasured);
        Assert.Equal(alerts.Select(alert => $"docs/operations.md#{alert.ToLowerInvariant()}"), rules.Texts("spec.groups.*.rules.*.annotations.runbook"));
        Assert.All(alerts, alert => Assert.Contains($"\n### {alert}\n", runbook, StringComparison.Ordinal));
        Assert.Equal(alerts, Regex.Matches(runbook, @"^### (Cvdvae\w+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task Autoscalers_Always_AskForWhatIsMeasured()
    {
        IReadOnlyDictionary<string, (string Series, string Query)> rules = await AutoscalingTests.RulesAsync();
        Assert.All(rules.Values, rule =>
        {
            IsMeasured(rule.Series);
            Assert.Contains("<<.Series>>", rule.Query, StringComparison.Ordinal);
        });
        RenderedManifests keda = await Kustomization.OverlayAsync("keda");
        Assert.All(keda.Custom.Where(item => item.Kind.EndsWith("/ScaledObject", StringComparison.Ordinal)).SelectMany(item => item.Texts("spec.triggers.*.metadata.query")), IsMeasured);
    }

    [Fact]
    public async Task ServiceMonitors_Always_FindTheMetricsOfEachServiceOnce()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("monitoring");
        CustomResource[] monitors = [.. manifests.Custom.Where(item => item.Kind.EndsWith("/ServiceMonitor", StringComparison.Ordinal))];
        Assert.All(monitors, monitor => Assert.Equal(("http", "/metrics"), (monitor.Text("spec.endpoints.*.port"), monitor.Text("spec.endpoints.*.path"))));
        foreach (V1Deployment deployment in manifests.Deployments)
        {
            V1Service[] scraped =
            [
                .. manifests.All<V1Service>().Where(service => service.Spec.Selector.SequenceEqual(deployment.Spec.Selector.MatchLabels)
                    && monitors.Any(monitor => Selects(monitor, service.Metadata.Labels))),
            ];
            Assert.Equal(deployment.Name(), Assert.Single(scraped).Name());
            Assert.Contains(scraped[0].Spec.Ports, port => port.Name == "http");
        }
    }

    private static bool Selects(CustomResource monitor, IDictionary<string, string> labels) => monitor.Values("spec.selector.matchExpressions.*").Cast<Dictionary<object, object>>().All(expression =>
    {
        bool listed = labels.TryGetValue((string)expression["key"], out string? value) && ((List<object>)expression["values"]).Contains(value);
        return (string)expression["operator"] switch { "In" => listed, "NotIn" => !listed, var other => throw new NotSupportedException(other) };
    });

    private void IsMeasured(string expression)
    {
        var query = new PrometheusQuery(expression);
        Assert.NotEmpty(query.Series);
        Assert.All(query.Series, name => Assert.True(metrics.Ours.Contains(name) || metrics.Scraped.ContainsKey(name) || Foreign.Contains(name), $"nothing measures {name} of '{expression}'"));

        // Counters that have counted nothing have no labels yet.
        string[] known = [.. query.Series.SelectMany(name => metrics.Scraped.GetValueOrDefault(name) ?? []), .. ForeignLabels];
        Assert.All(query.Series.All(metrics.Scraped.ContainsKey) ? query.Labels : [], label => Assert.True(known.Contains(label), $"nothing has the label {label} of '{expression}'"));
    }
}
