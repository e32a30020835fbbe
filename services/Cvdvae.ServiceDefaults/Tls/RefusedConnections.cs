using System.Net;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Observability;
using Microsoft.Extensions.Logging;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>Tells of callers whose certificates are refused: they come again twice a second, and a line a minute for each of them is enough.</summary>
internal sealed partial class RefusedConnections(TimeProvider time, ILogger<RefusedConnections> logger)
{
    // Strangers choose their addresses and their names; all that are more share the last.
    private const int MostSources = 64;
    private const string Others = "others";

    private readonly Dictionary<string, RepeatedFault> _sources = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Tells of one, or counts it.</summary>
    /// <param name="caller">Its address; null: it has none.</param>
    /// <param name="called">The endpoint that it called.</param>
    /// <param name="problem">Why it is not let in.</param>
    public void Tell(IPAddress? caller, EndPoint? called, string problem)
    {
        string address = PeerAddress.Of(caller);
        int leftOut;
        lock (_lock)
        {
            if (!Fault($"{address} {problem}").Failed(out leftOut))
            {
                return;
            }
        }

        if (leftOut == 0)
        {
            Refused(address, called, problem);
        }
        else
        {
            StillRefused(address, called, problem, leftOut);
        }
    }

    private RepeatedFault Fault(string source)
    {
        string key = _sources.ContainsKey(source) || _sources.Count < MostSources ? source : Others;
        if (!_sources.TryGetValue(key, out RepeatedFault? fault))
        {
            fault = new RepeatedFault(time);
            _sources.Add(key, fault);
        }

        return fault;
    }

    [LoggerMessage(132, LogLevel.Warning, "refused the connection of {Caller} to {Called}: {Problem}")]
    private partial void Refused(string caller, EndPoint? called, string problem);

    [LoggerMessage(133, LogLevel.Warning, "refused the connection of {Caller} to {Called}: {Problem}; {LeftOut} more had no line")]
    private partial void StillRefused(string caller, EndPoint? called, string problem, int leftOut);
}
