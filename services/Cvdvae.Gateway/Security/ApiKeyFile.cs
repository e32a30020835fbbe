using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cvdvae.Gateway.Security;

/// <summary>The file of keys: <c>{"keys": [{"id", "sha256", "name", "notAfter", "quota"}]}</c>.</summary>
internal sealed record ApiKeyFile
{
    private const int MaxIdCharacters = 64;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        // A misspelt limit would be no limit.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The keys.</summary>
    public required IReadOnlyList<ApiKeyEntry> Keys { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It has something wrong; the message says what, and never what a key is.</exception>
    public static IReadOnlyList<ApiKey> Read(byte[] file)
    {
        List<ApiKey> keys = [.. Parse(file).Keys.Select(Key)];
        if (keys.GroupBy(key => key.Id).FirstOrDefault(group => group.Count() > 1) is { } sameId)
        {
            throw new InvalidDataException($"the id '{sameId.Key}' is there more than once");
        }

        if (keys.GroupBy(key => Convert.ToHexString(key.Hash)).FirstOrDefault(group => group.Count() > 1) is { } sameKey)
        {
            throw new InvalidDataException($"{string.Join(" and ", sameKey.Select(key => $"'{key.Id}'"))} have the same key");
        }

        return keys;
    }

    private static ApiKeyFile Parse(byte[] file)
    {
        try
        {
            return JsonSerializer.Deserialize<ApiKeyFile>(file, Format) ?? throw new InvalidDataException("there are no keys in it");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"it is not as it should be at {error.Path}, line {error.LineNumber + 1}", error);
        }
    }

    private static ApiKey Key(ApiKeyEntry entry)
    {
        if (entry.Id is not { Length: >= 1 and <= MaxIdCharacters } || entry.Id.Any(char.IsControl))
        {
            throw new InvalidDataException($"an id is not of 1 to {MaxIdCharacters} characters");
        }

        if (entry.Sha256 is not { Length: 2 * SHA256.HashSizeInBytes } || !entry.Sha256.All(char.IsAsciiHexDigit))
        {
            throw new InvalidDataException($"'{entry.Id}': sha256 is not of {2 * SHA256.HashSizeInBytes} hexadecimal digits");
        }

        return entry.Quota?.Problems($"'{entry.Id}'").FirstOrDefault() is { } problem
            ? throw new InvalidDataException(problem)
            : new ApiKey(entry.Id, Convert.FromHexString(entry.Sha256), entry.NotAfter, entry.Quota);
    }
}
