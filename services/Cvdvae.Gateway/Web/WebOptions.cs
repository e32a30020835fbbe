namespace Cvdvae.Gateway.Web;

/// <summary>What browsers get on the HTTP/1.1 endpoint, section <c>Web</c> of the configuration.</summary>
public sealed class WebOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Web";

    /// <summary>Folder of the page's files; empty: <c>wwwroot</c> beside the program, where the build puts the page.</summary>
    public string Root { get; set; } = "";

    /// <summary>
    /// Origins (<c>https://host</c> or <c>https://host:port</c>) whose pages may call the API by gRPC-Web, or <c>*</c> for any; none: only the gateway's own page.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>How long a browser may remember that an origin is allowed, 0 to 1 day.</summary>
    public TimeSpan PreflightMaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Address of the gRPC API for programs outside, as the page shows it in its code: <c>https://host</c> or <c>https://host:port</c>, where the gateway stands behind something
    /// else; empty: the host by which the page was reached, with the port of <c>Listen:Grpc</c>.
    /// </summary>
    public string GrpcAddress { get; set; } = "";

    /// <summary>The folder, whether or not it is there.</summary>
    internal string Folder => Root.Length > 0 ? Path.GetFullPath(Root) : Path.Combine(AppContext.BaseDirectory, "wwwroot");
}
