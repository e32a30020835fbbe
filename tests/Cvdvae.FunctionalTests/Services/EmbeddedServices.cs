using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Xunit;

namespace Cvdvae.FunctionalTests.Services;

/// <summary>The embedded model behind real processes: large enough that calls are under way for a while.</summary>
public sealed class EmbeddedServices : IAsyncLifetime
{
    internal ServiceGroup Group { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Group = await ServiceGroup.StartAsync(new ServicesOptions
    {
        Models = Path.Combine(BuildOutput.Root, "models"),
        Settings = new Dictionary<string, string>
        {
            ["Torch:Threads"] = "1",
            ["Scheduler:MaxBacklog"] = "01:00:00", // other tests keep the processors busy
        },
        GatewaySettings = new Dictionary<string, string>
        {
            ["Gateway:MaxSamples"] = "256",
            ["Gateway:DeadlineMargin"] = "00:00:01.5",
        },
    });

    public ValueTask DisposeAsync() => Group.DisposeAsync();

    /// <summary>A request for a portrait, with raw pixels.</summary>
    internal static UpscaleRequest Request(uint samples, ulong seed) => new()
    {
        Image = ByteString.CopyFrom(File.ReadAllBytes(Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png"))),
        SampleCount = samples,
        Seed = seed,
        PreviewFormat = ImageFormat.RawRgb,
        ResultFormat = ImageFormat.RawRgb,
    };
}
