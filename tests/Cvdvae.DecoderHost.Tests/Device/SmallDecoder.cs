using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.TestUtils;
using Cvdvae.V1;

namespace Cvdvae.DecoderHost.Tests.Device;

/// <summary>The small model, loaded as a whole and as two stages.</summary>
public sealed class SmallDecoder : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public SmallDecoder()
    {
        ModelFolder folder = SmallModel.CreateFolder(_temporary.File("small"));
        Whole = Load(folder, StageRange.All, hasNext: false);
        Coarse = Load(folder, new StageRange(1, 4), hasNext: true);
        Fine = Load(folder, new StageRange(8, 16), hasNext: false);
    }

    internal LoadedDecoder Whole { get; }

    internal LoadedDecoder Coarse { get; }

    internal LoadedDecoder Fine { get; }

    public void Dispose()
    {
        Whole.Dispose();
        Coarse.Dispose();
        Fine.Dispose();
        _temporary.Dispose();
    }

    private static LoadedDecoder Load(ModelFolder folder, StageRange range, bool hasNext) =>
        LoadedDecoder.Load(folder, ModelStage.Of(folder.Prior, range, hasNext), InferenceOptions.Default, TensorType.Float32);
}
