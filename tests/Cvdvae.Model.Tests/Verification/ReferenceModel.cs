using System.Text.Json;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;

namespace Cvdvae.Model.Tests.Verification;

/// <summary>A reference model of the official programs with its low-res encoder.</summary>
internal sealed class ReferenceModel : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public ReferenceModel(string name, string priorFile)
    {
        string config = File.ReadAllText(Fixture.Path($"{name}-config.json"));
        var architecture = new PriorArchitecture(JsonSerializer.Deserialize<PriorHyperparameters>(config, Json)!);
        Prior = new VdVae(architecture);
        Encoder = new LowResEncoder(new LowResArchitecture(JsonSerializer.Deserialize<LowResHyperparameters>(config, Json)!, architecture));
        using ITensorSource prior = PyTorchCheckpoint.Open(Fixture.Path(priorFile));
        ModelFolder.Load(Prior, prior);
        using ITensorSource encoder = PyTorchCheckpoint.Open(Fixture.Path($"{name}-srvdvae.ckpt"));
        ModelFolder.Load(Encoder, encoder);
        Reference = SafetensorsFile.Open(Fixture.Path($"{name}-io.safetensors"));
    }

    public VdVae Prior { get; }

    public LowResEncoder Encoder { get; }

    public SafetensorsFile Reference { get; }

    public void Dispose()
    {
        Prior.Dispose();
        Encoder.Dispose();
        Reference.Dispose();
    }
}
