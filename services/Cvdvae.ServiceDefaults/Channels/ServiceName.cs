using System.Globalization;

namespace Cvdvae.ServiceDefaults.Channels;

/// <summary>A name that stands for the addresses of several processes: <c>dns:///name:port</c>.</summary>
/// <param name="Host">The name.</param>
/// <param name="Port">The port, 1 to 65535.</param>
public sealed record ServiceName(string Host, int Port)
{
    private const string Prefix = "dns:///";

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="name">The name, if it is one.</param>
    public static bool TryParse(string address, out ServiceName name)
    {
        name = null!;
        if (!address.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string text = address[Prefix.Length..];
        int colon = text.LastIndexOf(':');
        if (colon < 1 || Uri.CheckHostName(text[..colon]) == UriHostNameType.Unknown
            || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
        {
            return false;
        }

        name = new ServiceName(text[..colon], port);
        return true;
    }
}
