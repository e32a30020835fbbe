using Cvdvae.ServiceDefaults.Listening;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Web;

/// <summary>Tells the page where programs reach the gRPC API: it shows its calls as code.</summary>
internal static class GrpcAddress
{
    /// <summary>Where it is asked for.</summary>
    public const string Path = "/grpc-address";

    /// <summary>
    /// Answers with the address as a line of text: the configured one, or the port that this process listens on, at the host by which the page was reached. Empty
    /// where it is only reached by a Unix domain socket.
    /// </summary>
    public static Task AnswerAsync(HttpContext context)
    {
        IServiceProvider services = context.RequestServices;
        string configured = services.GetRequiredService<IOptions<WebOptions>>().Value.GrpcAddress;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(
            configured.Length > 0 ? configured : OfHost(services.GetRequiredService<ListeningAddresses>().Grpc, context.Request.Host), context.RequestAborted);
    }

    private static string OfHost(string? listening, HostString host) =>
        Uri.TryCreate(listening, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && host.HasValue
            ? $"{uri.Scheme}://{new HostString(host.Host, uri.Port).ToUriComponent()}"
            : "";
}
