using System.Net;

namespace Cvdvae.Gateway.Routing;

/// <summary>Looks up the addresses of a name.</summary>
/// <param name="host">The name.</param>
/// <param name="cancellationToken">Ends it.</param>
internal delegate Task<IPAddress[]> NameLookup(string host, CancellationToken cancellationToken);
