using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Cvdvae.TestUtils;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using YamlDotNet.Serialization;

namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>
/// Stands in for a cluster: Kubernetes' API as far as kubectl needs it for the commands of our documents. Objects are checked against
/// Kubernetes' own types, and what this does not know is an error, never a silent success.
/// </summary>
internal sealed class ClusterApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _unknown = new();

    private ClusterApi()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(AnswerAsync);
    }

    public ClusterObjects Objects { get; } = new();

    /// <summary>The file by which kubectl finds it, for <c>KUBECONFIG</c>.</summary>
    public string ConfigFile => _folder.File("config");

    /// <summary>Requests that it could not answer.</summary>
    public IReadOnlyCollection<string> Unknown => _unknown;

    public static async Task<ClusterApi> StartAsync()
    {
        var cluster = new ClusterApi();
        await cluster._app.StartAsync();
        await File.WriteAllTextAsync(
            cluster.ConfigFile,
            $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: test, cluster: { server: "{{cluster._app.Urls.Single()}}" } }]
            users: [{ name: test, user: {} }]
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            current-context: test
            """);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!.Trim('/');
        if (ClusterDiscovery.Answer(path) is { } discovered)
        {
            await WriteAsync(context, 200, discovered);
            return;
        }

        // ROOT[/namespaces/SPACE]/PLURAL[/NAME]; namespaces are objects too.
        ClusterResource[] ofRoot = [.. ClusterResource.All.Where(resource =>
            path.StartsWith($"{resource.Root}/", StringComparison.Ordinal))];
        string[] parts = ofRoot.Length == 0 ? [] : path[(ofRoot[0].Root.Length + 1)..].Split('/');
        (string space, string[] rest) = parts is ["namespaces", var inside, _, ..] ? (inside, parts[2..]) : ("", parts);
        ClusterResource? resource = rest.Length is 1 or 2 ? ofRoot.SingleOrDefault(item => item.Plural == rest[0]) : null;
        if (resource is null)
        {
            // Discovery of what is not there is no error, kubectl asks for it in passing.
            if (path is not "openapi/v2")
            {
                _unknown.Enqueue($"{context.Request.Method} {path}");
            }

            await FailAsync(context, 404, "NotFound", "the server could not find the requested resource");
            return;
        }

        try
        {
            await AnswerAsync(context, resource, space, rest.Length == 2 ? rest[1] : "");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await FailAsync(context, 400, "BadRequest", error.Message);
        }
    }

    private async Task AnswerAsync(HttpContext context, ClusterResource resource, string space, string name)
    {
        string Query(string key) => context.Request.Query[key].ToString();
        string method = context.Request.Method;
        if (method == "GET" && name.Length == 0)
        {
            if (Query("watch") is "true" or "1")
            {
                // Everything has happened already.
                context.Response.ContentType = "application/json";
                await context.Response.StartAsync();
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            JsonArray items = [.. Objects.List(resource, space, Query("labelSelector"), Query("fieldSelector"))];
            await WriteAsync(context, 200, new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = $"{resource.Kind}List",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "1" }, ["items"] = items });
            return;
        }

        JsonNode? body = method is "POST" or "PUT" or "PATCH" ? await ReadAsync(context.Request) : null;
        name = name.Length == 0 ? body?["metadata"]?["name"]?.GetValue<string>() ?? "" : name;
        JsonObject? before = Objects.Find(resource, space, name);
        string type = context.Request.ContentType ?? "";
        JsonObject? after = method switch
        {
            "POST" or "PUT" => body!.AsObject(),
            "PATCH" when before is not null => ClusterPatch.Apply(before, body!, type),
            "PATCH" when type == "application/apply-patch+yaml" => body!.AsObject(),
            _ => null,
        };
        if (before is null && after is null)
        {
            await FailAsync(context, 404, "NotFound", $"{resource.Plural} \"{name}\" not found");
        }
        else if (before is not null && method == "POST")
        {
            await FailAsync(context, 409, "AlreadyExists", $"{resource.Plural} \"{name}\" already exists");
        }
        else if (resource.IsNamespaced && after is not null && Objects.Find(ClusterResource.All[0], "", space) is null)
        {
            await FailAsync(context, 404, "NotFound", $"namespaces \"{space}\" not found");
        }
        else if (method == "DELETE")
        {
            Objects.Remove(resource, space, name);
            await WriteAsync(context, 200, before!);
        }
        else
        {
            await WriteAsync(context, method == "POST" ? 201 : 200, after is null ? before! : Query("dryRun").Length > 0 ? after
                : Objects.Put(resource, space, after));
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        string text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        if (text.StartsWith('{') || text.StartsWith('['))
        {
            return JsonNode.Parse(text)!;
        }

        // YAML as kubectl applies it; the scalars keep their types.
        object value = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(text);
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(value))!;
    }

    private static Task FailAsync(HttpContext context, int code, string reason, string message) => WriteAsync(
        context, code, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["code"] = code,
            ["reason"] = reason, ["message"] = message });

    private static async Task WriteAsync(HttpContext context, int code, JsonNode answer)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }
}
