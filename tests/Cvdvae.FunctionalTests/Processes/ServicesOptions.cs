namespace Cvdvae.FunctionalTests.Processes;

/// <summary>What services to start.</summary>
internal sealed record ServicesOptions
{
    /// <summary>Folder of models.</summary>
    public required string Models { get; init; }

    /// <summary>Resolutions of each stage of the decoder, for example <c>1-16</c> and <c>32-64</c>; none: one decoder of all.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Whether the services talk to each other over Unix domain sockets.</summary>
    public bool UnixSockets { get; init; }

    /// <summary>Configuration of all services.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Configuration of the gateway alone.</summary>
    public IReadOnlyDictionary<string, string> GatewaySettings { get; init; } = new Dictionary<string, string>();
}
