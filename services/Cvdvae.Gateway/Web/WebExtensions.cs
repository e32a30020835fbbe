using System.IO.Compression;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Web;

/// <summary>What browsers need: gRPC-Web, the page, and calls from pages of other origins.</summary>
internal static class WebExtensions
{
    /// <summary>Name of the policy for pages of other origins.</summary>
    public const string Origins = "origins";

    private static readonly string[] RequestHeaders =
        ["authorization", "content-type", "grpc-timeout", "traceparent", "x-api-key", "x-grpc-web", "x-request-id", "x-user-agent"];

    private static readonly string[] ResponseHeaders =
        ["grpc-encoding", "grpc-message", "grpc-status", "grpc-status-details-bin", "x-request-id"];

    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebOptions>, WebOptionsCheck>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<WebOptions>>((cors, web) => cors.AddPolicy(Origins, policy => policy
            .WithOrigins([.. web.Value.AllowedOrigins])
            .WithMethods(HttpMethods.Post)
            .WithHeaders(RequestHeaders)
            .WithExposedHeaders(ResponseHeaders)
            .SetPreflightMaxAge(web.Value.PreflightMaxAge)));
        services.AddResponseCompression();
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        return services;
    }

    /// <summary>Lets mapped services speak gRPC-Web, and serves the page on the HTTP/1.1 endpoint to whatever belongs to none of them.</summary>
    public static void UseWeb(this WebApplication app)
    {
        app.UseGrpcWeb();
        app.UseCors();
        app.UseWhen(context => !HttpProtocol.IsHttp2(context.Request.Protocol) && context.GetEndpoint() is null, UsePage);
    }

    private static void UsePage(IApplicationBuilder http)
    {
        string folder = http.ApplicationServices.GetRequiredService<IOptions<WebOptions>>().Value.Folder;
        http.Use(PageHeaders.SetAsync);
        http.Map(GrpcAddress.Path, path => path.Run(GrpcAddress.AnswerAsync));
        http.UseResponseCompression();
        if (Directory.Exists(folder))
        {
            var files = new PhysicalFileProvider(folder);
            http.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            http.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = PageHeaders.Cache });
        }

        http.Run(MissingPage.AnswerAsync);
    }
}
