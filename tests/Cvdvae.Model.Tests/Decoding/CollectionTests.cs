using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Tests.Previews;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

public sealed class CollectionTests
{
    private const int Lanes = 3;
    private const int Decodes = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Images_GarbageIsCollectedAllTheTime_AreTheSame()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using TopDownDecoder decoder = TinyPrior.Decoder();
        byte[] expected = Decode(decoder);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task collecting = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            cancellation);

        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(
            () =>
            {
                for (int i = 0; i < Decodes; i++)
                {
                    Assert.Equal(expected, Decode(decoder));
                }
            },
            cancellation))).WaitAsync(Limit, cancellation);

        await stop.CancelAsync();
        await collecting.WaitAsync(Limit, cancellation);
    }

    private static byte[] Decode(TopDownDecoder decoder)
    {
        using IDisposable mode = inference_mode();
        using var scope = NewDisposeScope();
        DecodeRow[] rows = [new DecodeRow(3, 0, 1, 0.8f)];
        using var state = new DecodeState(rows);
        var noise = new PhiloxNoise();
        decoder.Advance(state, 5, noise);
        return new PixelOutput(5, 3).Images(decoder.PixelParameters(state.Features!), rows, PixelSampling.Sample, noise).data<byte>().ToArray();
    }
}
