using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Cvdvae.ServiceDefaults.Errors;

namespace Cvdvae.Gateway.Security;

/// <summary>The file of keys: <c>{"keys": [{"id", "sha256", "name", "notAfter", "quota"}]}</c>.</summary>
internal sealed partial record ApiKeyFile
{
    private const int MaxIdCharacters = 64;
    private const int MaxShownName = 24;

    private static readonly HashSet<string> NoKeys = [.. new[] { "", " ", "\n", "\r\n", "\0" }.Select(text => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))))];

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
            throw new InvalidDataException($"it is not as it should be at {Digits().Replace(error.Path ?? "", "...")}, line {error.LineNumber + 1}: {Cause(error)}", error);
        }
    }

    /// <summary>What is wrong, in words that hold no value of the file: it may be a key.</summary>
    private static string Cause(JsonException error)
    {
        if (Unmapped().Match(error.Message) is { Success: true } unmapped)
        {
            string name = unmapped.Groups["name"].Value;
            return name.Length <= MaxShownName
                ? $"there is no field '{RpcErrors.Shown(name)}'; a key has id, sha256, name, notAfter and quota, a quota costPerSecond, costBurst, requestsPerSecond, requestBurst and maxConcurrentCalls"
                : "there is a field that a key does not have";
        }

        if (Missing().Match(error.Message) is { Success: true } missing)
        {
            return $"it lacks {missing.Groups["names"].Value}";
        }

        return error.Message.Contains("could not be converted", StringComparison.Ordinal)
            ? error.Path?.EndsWith(".notAfter", StringComparison.Ordinal) == true ? "it is no time as 2030-01-01T00:00:00Z" : "it is a value of another kind"
            : "it is no JSON";
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

        // A file that was written before there was a key: whoever sends an empty one would be let in.
        if (NoKeys.Contains(entry.Sha256.ToUpperInvariant()))
        {
            throw new InvalidDataException($"'{entry.Id}': sha256 is that of an empty key; hash the key itself: printf %s \"$KEY\" | sha256sum");
        }

        return entry.Quota?.Problems($"'{entry.Id}'").FirstOrDefault() is { } problem
            ? throw new InvalidDataException(problem)
            : new ApiKey(entry.Id, Convert.FromHexString(entry.Sha256), entry.NotAfter, entry.Quota);
    }

    // A hash at the place of a name.
    [GeneratedRegex("[0-9A-Fa-f]{16,}")]
    private static partial Regex Digits();

    [GeneratedRegex("^The JSON property '(?<name>[^']*)' could not be mapped")]
    private static partial Regex Unmapped();

    [GeneratedRegex(@"missing required properties(?: including|,)?:? ?(?<names>'[^.]*')\.?")]
    private static partial Regex Missing();
}
