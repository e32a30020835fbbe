using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;

namespace Cvdvae.Client;

/// <summary>A message that was larger than its receiver takes.</summary>
/// <param name="Message">The line that says so.</param>
/// <param name="Size">Its bytes, where known.</param>
/// <param name="Limit">The bytes that are taken, where known.</param>
internal sealed partial record Excess(string Message, long? Size, long? Limit)
{
    /// <summary>Reads a failure; null where it is of another kind. Overload has the same status, but says when to come back.</summary>
    public static Excess? Of(StatusCode status, string detail, bool mayRetry, FailedCall call)
    {
        if (status != StatusCode.ResourceExhausted || mayRetry || !Refused().IsMatch(detail))
        {
            return null;
        }

        if (call.Admitted || call.RequestBytes is not int size)
        {
            int most = call.Options.MaxMessageBytes;
            return new($"the server's answer is too large; MaxMessageBytes is {most}", null, most);
        }

        Match named = Named().Match(detail);
        return OfRequest(size, named.Success ? long.Parse(named.Groups["limit"].ValueSpan, CultureInfo.InvariantCulture) : null);
    }

    /// <summary>A request that the server does not take, and what it would take where that is known.</summary>
    public static Excess OfRequest(long size, long? limit) =>
        new($"the request is too large: {size} bytes; the server takes {(limit is { } most ? $"at most {most}" : "less")}", size, limit);

    // The words of gRPC's implementations: .NET and Java, Go and C, Connect.
    [GeneratedRegex("message (exceeds|larger than|size)|larger than max", RegexOptions.IgnoreCase)]
    private static partial Regex Refused();

    [GeneratedRegex(@"(\(\d+ vs\. |maximum size )(?<limit>\d{1,18})")]
    private static partial Regex Named();
}
