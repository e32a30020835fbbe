using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tls;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Cvdvae.Gateway.Security;

/// <summary>Finds out who makes a call.</summary>
internal sealed class CallerAuthentication(ApiKeys keys, BearerTokens tokens, IOptions<AuthOptions> options, IOptions<TlsOptions> tls)
{
    private const string KeyHeader = "x-api-key";
    private const string Scheme = "Bearer ";

    private readonly string _needed = "this service needs " + string.Join(
        " or ",
        new[] { keys.AreUsed ? "an API key as metadata x-api-key" : null, tokens.AreUsed ? "a token as metadata authorization: Bearer TOKEN" : null }.Where(text => text is not null));

    /// <summary>Who makes a call, by its metadata alone. A key comes before a token; credentials of a kind that is not used here are nobody's concern.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED: there are no credentials, or wrong ones. UNAVAILABLE: they can't be checked at the moment.</exception>
    public async Task<Caller> AuthenticateAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (keys.AreUsed && headers.TryGetValue(KeyHeader, out StringValues key))
        {
            return keys.Find(key.ToString()) ?? throw RpcErrors.Unauthenticated("the API key is not known, or no longer valid");
        }

        string authorization = headers.Authorization.ToString();
        if (tokens.AreUsed && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return await tokens.CheckAsync(authorization[Scheme.Length..].Trim(), context.RequestAborted);
        }

        // Only the gRPC endpoint asks for certificates; gRPC-Web comes to the other one, where pages could present none.
        if (tls.Value.ClientCaPath.Length > 0 && context.Connection.ClientCertificate is null)
        {
            throw RpcErrors.Unauthenticated("this service needs a client certificate, which only its gRPC endpoint asks for");
        }

        return options.Value.IsRequired
            ? throw RpcErrors.Unauthenticated(_needed)
            : new Caller($"peer:{PeerAddress.Of(context.Connection.RemoteIpAddress)}", options.Value.Quota);
    }
}
