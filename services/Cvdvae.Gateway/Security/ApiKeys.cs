using System.Security.Cryptography;
using System.Text;
using Cvdvae.ServiceDefaults.Files;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Security;

/// <summary>The keys that let callers in.</summary>
internal sealed class ApiKeys : IDisposable
{
    private readonly WatchedFiles<IReadOnlyList<ApiKey>>? _keys;
    private readonly QuotaOptions _quota;
    private readonly TimeProvider _time;

    public ApiKeys(IOptions<AuthOptions> options, TimeProvider time, ILogger<ApiKeys> logger)
    {
        AuthOptions auth = options.Value;
        (_quota, _time) = (auth.Quota, time);
        _keys = auth.ApiKeys.IsConfigured
            ? new WatchedFiles<IReadOnlyList<ApiKey>>(
                $"{AuthOptions.Section}:ApiKeys:Path", [auth.ApiKeys.Path], files => ApiKeyFile.Read(files[0]), auth.ReloadInterval, time, logger)
            : null;
    }

    /// <summary>Whether there are keys at all.</summary>
    public bool AreUsed => _keys is not null;

    /// <summary>Whose key it is; null where it is nobody's, or its time is over.</summary>
    public Caller? Find(string key)
    {
        // A plain hash will do: keys are long and random, so nobody finds one by trying, as with passwords. What it must not tell is how near a guess is: all
        // keys are compared, each in constant time.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        ApiKey? found = null;
        foreach (ApiKey candidate in _keys!.Current)
        {
            if (CryptographicOperations.FixedTimeEquals(candidate.Hash, hash))
            {
                found = candidate;
            }
        }

        return found is null || found.NotAfter <= _time.GetUtcNow() ? null : new Caller($"key:{found.Id}", found.Quota ?? _quota);
    }

    public void Dispose() => _keys?.Dispose();
}
