using System.Net;
using System.Net.Sockets;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>The address that a caller without credentials is known by.</summary>
public static class PeerAddress
{
    /// <summary>Of a process of this machine, over a Unix socket.</summary>
    public const string Local = "local";

    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address, the /64 network of an IPv6 one, which is one customer's, or <c>local</c> for a Unix socket.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return Local;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/{8 * NetworkBytes}";
    }
}
