using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Primitives;

namespace Cvdvae.Gateway.Web;

/// <summary>Headers of the page's files.</summary>
internal static class PageHeaders
{
    /// <summary>Where the build puts files whose names change with their content.</summary>
    private const string HashedFiles = "/assets/";

    // Everything comes from the gateway itself; images that the page makes are blobs. Scripts can neither be injected nor made from text.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    // A year. Not for subdomains, which may be somebody else's.
    private const string TransportPolicy = "max-age=31536000";

    private static readonly KeyValuePair<string, StringValues>[] Headers =
    [
        new("Content-Security-Policy", ContentPolicy),
        new("Cross-Origin-Opener-Policy", "same-origin"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        new("Referrer-Policy", "no-referrer"),
        new("X-Content-Type-Options", "nosniff"),
    ];

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        foreach ((string name, StringValues value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (context.Request.IsHttps)
        {
            context.Response.Headers.StrictTransportSecurity = TransportPolicy;
        }

        return next(context);
    }

    /// <summary>A file whose name has its hash never changes; others are asked for again, and answered with 304 while they are the same.</summary>
    public static void Cache(StaticFileResponseContext file) => file.Context.Response.Headers.CacheControl =
        file.Context.Request.Path.StartsWithSegments(HashedFiles.TrimEnd('/')) ? "public, max-age=31536000, immutable" : "no-cache";
}
