using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Files;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Cvdvae.Gateway.Security;

/// <summary>The tokens that let callers in.</summary>
internal sealed partial class BearerTokens : IDisposable
{
    private const string Subject = "sub";
    private const int MaxTokenBytes = 16 << 10;
    private const int MaxSubjectCharacters = 256;
    private static readonly TimeSpan WithdrawnKeys = TimeSpan.FromHours(1);
    private static readonly TimeSpan AuthorityLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NewKeys = TimeSpan.FromSeconds(30);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenBytes };
    private readonly TokenValidationParameters? _parameters;
    private readonly WatchedFiles<IReadOnlyList<SecurityKey>>? _keys;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _authority;
    private readonly HttpClient? _http;
    private readonly QuotaOptions _quota;
    private readonly ILogger<BearerTokens> _logger;

    public BearerTokens(IOptions<AuthOptions> options, TimeProvider time, ILogger<BearerTokens> logger)
    {
        AuthOptions auth = options.Value;
        JwtOptions jwt = auth.Jwt;
        (_quota, _logger) = (auth.Quota, logger);
        if (!jwt.IsConfigured)
        {
            return;
        }

        _parameters = new TokenValidationParameters
        {
            ValidAudience = jwt.Audience,
            ValidAlgorithms = jwt.Algorithms.Count > 0 ? jwt.Algorithms : [.. JwtOptions.Known],
            ClockSkew = jwt.ClockSkew,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LogValidationExceptions = false,
        };
        if (jwt.Authority.Length > 0)
        {
            _http = new HttpClient { Timeout = AuthorityLimit, MaxResponseContentBufferSize = 1 << 20 };
            _authority = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{jwt.Authority.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever(_http) { RequireHttps = new Uri(jwt.Authority).Scheme == Uri.UriSchemeHttps })
            {
                // A key that the authority has withdrawn, and one that it has just begun to use.
                AutomaticRefreshInterval = WithdrawnKeys,
                RefreshInterval = NewKeys,
                UseLastKnownGoodConfiguration = false,
            };
            _parameters.ConfigurationManager = _authority;
        }
        else
        {
            _keys = new WatchedFiles<IReadOnlyList<SecurityKey>>(
                $"{AuthOptions.Section}:Jwt:SigningKeysPath", [jwt.SigningKeysPath], files => SigningKeys.Read(files[0]), auth.ReloadInterval, time, logger);
            _parameters.ValidIssuer = jwt.Issuer;
            _parameters.IssuerSigningKeyResolver = (_, _, kid, _) => _keys.Current.Where(key => string.IsNullOrEmpty(kid) || key.KeyId == kid);
        }
    }

    /// <summary>Whether there are tokens at all.</summary>
    public bool AreUsed => _parameters is not null;

    /// <summary>Whose token it is.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED; or UNAVAILABLE: the authority can't be asked for its keys.</exception>
    public async Task<Caller> CheckAsync(string token, CancellationToken cancellationToken)
    {
        await ReachAuthorityAsync(cancellationToken);
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _parameters?.Clone()); // the handler notes things in it
        if (!result.IsValid)
        {
            // The time is in the token for its holder to read; what else is wrong is for the issuer and the operator to find out.
            throw RpcErrors.Unauthenticated(result.Exception is SecurityTokenExpiredException
                ? "the token has expired"
                : "the token is not accepted: its signature, issuer, audience or time is not right");
        }

        return result.Claims.TryGetValue(Subject, out object? subject) && subject is string { Length: >= 1 and <= MaxSubjectCharacters } text
            ? new Caller($"sub:{text}", _quota)
            : throw RpcErrors.Unauthenticated("the token has no subject");
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _http?.Dispose();
    }

    /// <summary>Asks before the first token, since without its keys every token would look forged.</summary>
    private async Task ReachAuthorityAsync(CancellationToken cancellationToken)
    {
        try
        {
            // One after the other asks while there is nothing yet: whoever comes late must not wait for all before.
            await (_authority?.GetConfigurationAsync(cancellationToken) ?? Task.CompletedTask).WaitAsync(AuthorityLimit, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            NoAuthority((error.GetBaseException() ?? error).Message);
            throw RpcErrors.Unavailable("tokens can't be checked at the moment; try again");
        }
    }

    [LoggerMessage(332, LogLevel.Warning, "the authority does not give its keys: {Reason}")]
    private partial void NoAuthority(string reason);
}
