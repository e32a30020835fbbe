using System.Buffers;
using Cvdvae.ServiceDefaults.Errors;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>Identity of a request in logs and traces of all services: 1 to 128 letters, digits, '-', '_', '.' or ':'.</summary>
public sealed record RequestId
{
    /// <summary>Name of the metadata that carries it, on requests and on responses.</summary>
    public const string Header = "x-request-id";

    /// <summary>Most characters.</summary>
    public const int MaxLength = 128;

    private const string Accepted = "1 to 128 letters, digits, '-', '_', '.' or ':'";
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:");

    private RequestId(string value) => Value = value;

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>Makes one; later ones sort after earlier ones.</summary>
    public static RequestId New() => new(Guid.CreateVersion7().ToString("n"));

    /// <summary>Checks a text.</summary>
    public static bool TryParse(string text, out RequestId id)
    {
        id = new RequestId(text);
        return text.Length is >= 1 and <= MaxLength && !text.AsSpan().ContainsAnyExcept(Allowed);
    }

    /// <summary>Checks a text.</summary>
    /// <param name="field">Where it comes from, for the message.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static RequestId Parse(string field, string text) => TryParse(text, out RequestId id) ? id : throw RpcErrors.InvalidArgument(field, text, Accepted);

    /// <summary>Metadata that hands it on to another service.</summary>
    public Metadata ToMetadata() => new() { { Header, Value } };

    /// <inheritdoc/>
    public override string ToString() => Value;
}
