using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Web;

/// <summary>What a browser reads where there is nothing.</summary>
internal static class MissingPage
{
    public static Task AnswerAsync(HttpContext context)
    {
        string folder = context.RequestServices.GetRequiredService<IOptions<WebOptions>>().Value.Folder;
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(
            File.Exists(Path.Combine(folder, "index.html"))
                ? "There is nothing here; the page is at /.\n"
                : "The page was not built. Build it with `make web services` (Node.js is needed) and start again, or set Web:Root to its folder. The API works without it.\n",
            context.RequestAborted);
    }
}
