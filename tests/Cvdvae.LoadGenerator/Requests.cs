using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.LoadGenerator;

/// <summary>What calls ask for: few seeds in turn, so that answers can be compared, in MODE and raw pixels.</summary>
/// <param name="image">A low-resolution image.</param>
/// <param name="samples">Samples of each call.</param>
internal sealed class Requests(byte[] image, int samples)
{
    private static readonly Action<UpscaleRequest>[] Faults =
    [
        request => request.Image = ByteString.Empty,
        request => request.Image = ByteString.CopyFrom([.. Enumerable.Range(0, 1000).Select(index => (byte)(index * 37))]),
        request => request.Image = ByteString.CopyFrom(request.Image.Span[..(request.Image.Length / 2)]),
        request => request.Model = "no-such-model",
        request => request.EncoderTemperature = float.NaN,
        request => request.PriorTemperature = -1,
        request => request.SampleCount = 10_000,
        request => request.Scale = 3,
    ];

    /// <summary>Samples of each call.</summary>
    public int Samples => samples;

    /// <summary>A good request.</summary>
    public UpscaleRequest Good(ulong seed) => new()
    {
        Image = ByteString.CopyFrom(image),
        SampleCount = (uint)samples,
        Seed = seed,
        PixelSampling = PixelSampling.Mode,
        PreviewFormat = ImageFormat.RawRgb,
        ResultFormat = ImageFormat.RawRgb,
    };

    /// <summary>One that must be refused, of several kinds in turn.</summary>
    public UpscaleRequest Bad(int number)
    {
        UpscaleRequest request = Good(0);
        Faults[number % Faults.Length](request);
        return request;
    }
}
