using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Security;

/// <summary>Refuses options that can't be used, or would let in whom they should not, when the process starts.</summary>
internal sealed class AuthOptionsCheck : IValidateOptions<AuthOptions>
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        string[] problems = [.. Problems(options), .. JwtProblems(options.Jwt), .. options.Quota.Problems($"{AuthOptions.Section}:{nameof(options.Quota)}")];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(AuthOptions options)
    {
        if (options.Required == true && !options.ApiKeys.IsConfigured && !options.Jwt.IsConfigured)
        {
            yield return $"{AuthOptions.Section}:Required: nobody could call; set {AuthOptions.Section}:ApiKeys:Path or {AuthOptions.Section}:Jwt too";
        }

        if (options.ReloadInterval < LeastInterval || options.ReloadInterval > MostInterval)
        {
            yield return $"{AuthOptions.Section}:ReloadInterval: {options.ReloadInterval} is not from {LeastInterval} to {MostInterval}";
        }
    }

    private static IEnumerable<string> JwtProblems(JwtOptions jwt)
    {
        const string section = $"{AuthOptions.Section}:Jwt";
        if (!jwt.IsConfigured)
        {
            yield break;
        }

        if (jwt.Authority.Length > 0 && !IsAuthority(jwt.Authority))
        {
            yield return $"{section}:Authority: '{jwt.Authority}' is not https://HOST, or http://HOST on the loopback";
        }

        if (jwt.Authority.Length > 0 == jwt.SigningKeysPath.Length > 0)
        {
            yield return $"{section}: one of Authority and SigningKeysPath has to be set, and not both";
        }

        if (jwt.Authority.Length == 0 && jwt.Issuer.Length == 0)
        {
            yield return $"{section}:Issuer: it has to be set where SigningKeysPath is: others may sign with the same keys";
        }

        if (jwt.Authority.Length > 0 && jwt.Issuer.Length > 0)
        {
            yield return $"{section}:Issuer: the authority tells it; leave it out";
        }

        if (jwt.Audience.Length == 0)
        {
            yield return $"{section}:Audience: it has to be set, or tokens for other services would do";
        }

        foreach (string algorithm in jwt.Algorithms.Where(algorithm => !JwtOptions.Known.Contains(algorithm)))
        {
            yield return $"{section}:Algorithms: '{algorithm}' is not of {string.Join(", ", JwtOptions.Known)}";
        }

        if (jwt.ClockSkew < TimeSpan.Zero || jwt.ClockSkew > MostSkew)
        {
            yield return $"{section}:ClockSkew: {jwt.ClockSkew} is not from {TimeSpan.Zero} to {MostSkew}";
        }
    }

    private static bool IsAuthority(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}
