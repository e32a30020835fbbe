namespace Cvdvae.Benchmarks.Capacity;

/// <summary>Processor seconds of a call of one sample at each role, as measured (docs/benchmarks.md).</summary>
/// <param name="Name">The model.</param>
/// <param name="Gateway">Of the gateway.</param>
/// <param name="Encoder">Of the encoder.</param>
/// <param name="Coarse">Of the decoder, up to half of the work or so.</param>
/// <param name="Fine">Of the decoder, the rest; its second stage where there are two.</param>
/// <param name="Load">Of the load generator, which shared the machine.</param>
internal sealed record CallCost(string Name, double Gateway, double Encoder, double Coarse, double Fine, double Load)
{
    /// <summary>The embedded model, x4 to 64x64.</summary>
    public static CallCost Embedded { get; } = new("embedded model", 0.0036, 0.0036, 0.0125, 0.0125, 0.002);

    /// <summary>The geometry of FFHQ-256, x4: two processors for 427 ms, 1,269 ms up to 64x64 and 1,770 ms beyond; the gateway's is an estimate for eight pictures as PNG.</summary>
    public static CallCost Ffhq256 { get; } = new("FFHQ-256 geometry", 0.05, 0.854, 2.538, 3.54, 0.02);
}
