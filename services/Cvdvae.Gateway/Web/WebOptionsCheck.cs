using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Web;

/// <summary>Refuses options that can't be used when the process starts.</summary>
internal sealed class WebOptionsCheck : IValidateOptions<WebOptions>
{
    private static readonly TimeSpan MostMaxAge = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, WebOptions options)
    {
        List<string> failures = [];
        if (options.Root.Length > 0 && !Directory.Exists(options.Root))
        {
            failures.Add($"{WebOptions.Section}:{nameof(options.Root)}: there is no folder '{options.Root}'");
        }

        foreach (string origin in options.AllowedOrigins.Where(origin => !IsOrigin(origin)))
        {
            failures.Add($"{WebOptions.Section}:{nameof(options.AllowedOrigins)}: '{origin}' is not an origin as https://host or https://host:port, or *");
        }

        if (options.GrpcAddress.Length > 0 && (options.GrpcAddress == "*" || !IsOrigin(options.GrpcAddress)))
        {
            failures.Add($"{WebOptions.Section}:{nameof(options.GrpcAddress)}: '{options.GrpcAddress}' is not an address as https://host or https://host:port");
        }

        if (options.PreflightMaxAge < TimeSpan.Zero || options.PreflightMaxAge > MostMaxAge)
        {
            failures.Add($"{WebOptions.Section}:{nameof(options.PreflightMaxAge)}: {options.PreflightMaxAge} is not from {TimeSpan.Zero} to {MostMaxAge}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    // As browsers send it: a trailing slash or a path would never match.
    private static bool IsOrigin(string text) => text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase));
}
