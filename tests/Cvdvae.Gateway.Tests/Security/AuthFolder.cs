using System.Security.Cryptography;
using System.Text;
using Cvdvae.TestUtils;
using Grpc.Core;

namespace Cvdvae.Gateway.Tests.Security;

/// <summary>Files of keys, and options that name them.</summary>
internal sealed class AuthFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A new key, as <c>openssl rand -hex 32</c> makes one.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a call with a key brings.</summary>
    public static Metadata With(string key) => new() { { "x-api-key", key } };

    /// <summary>An entry of the file.</summary>
    public static string Entry(string id, string key, string more = "") =>
        $$"""{"id": "{{id}}", "sha256": "{{Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(key)))}}"{{(more.Length > 0 ? ", " + more : "")}}}""";

    /// <summary>Options with a file of keys.</summary>
    public (string Key, string Value)[] Keys(params string[] entries) =>
    [
        ("Auth:ApiKeys:Path", WriteKeys(entries)),
        ("Auth:ReloadInterval", "00:00:00.1"),
    ];

    public string WriteKeys(params string[] entries) => Write("keys.json", $$"""{"keys": [{{string.Join(", ", entries)}}]}""");

    public string Write(string name, string text)
    {
        string path = _folder.File(name);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
