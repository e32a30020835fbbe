using Cvdvae.Client;
using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Processes;

/// <summary>An encoder, a decoder or its stages, and a gateway, each a process of its own on free ports of the loopback interface.</summary>
internal sealed class ServiceGroup : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServicesOptions _options;
    private readonly List<ServiceProcess> _all = [];

    private ServiceGroup(ServicesOptions options) => _options = options;

    public ServiceProcess Encoder { get; private set; } = null!;

    /// <summary>The decoder's stages, coarse to fine.</summary>
    public IReadOnlyList<ServiceProcess> Decoders { get; private set; } = [];

    public ServiceProcess Gateway { get; private set; } = null!;

    /// <summary>Starts services and waits until all are ready.</summary>
    public static async Task<ServiceGroup> StartAsync(ServicesOptions options)
    {
        var group = new ServiceGroup(options);
        try
        {
            await group.StartAllAsync();
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the gateway.</summary>
    public SuperResolutionClient Connect() => new(Gateway.Grpc);

    /// <inheritdoc cref="ServiceProcess.ReportFailure"/>
    public void ReportFailure() => ServiceProcess.ReportFailure(_all);

    /// <summary>Stops the services as an operator does, the gateway first.</summary>
    /// <returns>Their exit statuses.</returns>
    public async Task<IReadOnlyList<int>> StopAsync()
    {
        var statuses = new List<int>();
        foreach (ServiceProcess service in Enumerable.Reverse(_all))
        {
            statuses.Add(await service.Process.StopAsync());
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProcess service in Enumerable.Reverse(_all))
        {
            await service.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAllAsync()
    {
        Encoder = await StartAsync("encoder", "Cvdvae.EncoderHost", []);
        string[] stages = _options.Stages.Count == 0 ? [""] : [.. _options.Stages];
        var decoders = new LinkedList<ServiceProcess>();

        // The last stage first: each needs the address of the next.
        for (int index = stages.Length - 1; index >= 0; index--)
        {
            var settings = new Dictionary<string, string> { ["Encoder:Address"] = Encoder.Grpc };
            if (stages[index].Length > 0)
            {
                settings["Decoder:Stages"] = stages[index];
            }

            if (decoders.First is { Value: var next })
            {
                settings["Decoder:Next"] = next.Grpc;
            }

            decoders.AddFirst(await StartAsync($"decoder-{index}", "Cvdvae.DecoderHost", settings));
        }

        Decoders = [.. decoders];
        Gateway = await StartAsync("gateway", "Cvdvae.Gateway", new(_options.GatewaySettings) { ["Gateway:Decoders:0"] = Decoders[0].Grpc });
        foreach (ServiceProcess service in _all)
        {
            await service.ReadyAsync();
        }
    }

    private async Task<ServiceProcess> StartAsync(string name, string project, Dictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(_options.Settings) { ["Models:Path"] = Path.GetFullPath(_options.Models) };
        if (_options.UnixSockets && project != "Cvdvae.Gateway")
        {
            all["Listen:Grpc"] = $"unix:{_folder[$"{name}.sock"]}";
        }

        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        ServiceProcess service = await ServiceProcess.StartAsync(name, project, _folder[""], all);
        _all.Add(service);
        return service;
    }
}
