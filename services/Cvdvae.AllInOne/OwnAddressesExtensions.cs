using Cvdvae.ServiceDefaults.Listening;
using Microsoft.Extensions.Configuration.Memory;

namespace Cvdvae.AllInOne;

/// <summary>Lets the roles of one process find each other.</summary>
internal static class OwnAddressesExtensions
{
    private const string DefaultAddress = "http://127.0.0.1:5000";

    /// <summary>
    /// Makes the process's own gRPC endpoint the default of <c>Encoder:Address</c> and <c>Gateway:Decoders</c>. The endpoint needs a fixed port or a socket:
    /// the roles look for each other before a free port is known.
    /// </summary>
    public static WebApplicationBuilder AddOwnAddresses(this WebApplicationBuilder builder)
    {
        string own = builder.Configuration[$"{ListeningOptions.Section}:{nameof(ListeningOptions.Grpc)}"] ?? DefaultAddress;

        // First of the sources, so that everything else comes before it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Encoder:Address", own), new("Gateway:Decoders:0", own)],
        });
        return builder;
    }
}
