using System.Collections.Concurrent;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.EncoderHost.Encoding;

/// <summary>The bottom-up networks of a model, one for each scale.</summary>
internal sealed class EncoderModel : IDisposable
{
    private readonly IReadOnlyDictionary<int, (LowResArchitecture Architecture, BottomUpEncoder Network)> _scales;
    // Weight of a new measurement in the running mean.
    private const double Weight = 0.2;

    private readonly ConcurrentDictionary<int, TimeSpan> _timeOfImage = new();
    private readonly PriorHyperparameters _prior;
    private readonly InferenceOptions _options;

    public EncoderModel(
        PriorHyperparameters prior, IReadOnlyDictionary<int, (LowResArchitecture Architecture, BottomUpEncoder Network)> scales, InferenceOptions options)
    {
        (_prior, _scales, _options) = (prior, scales, options);
    }

    /// <summary>The scales.</summary>
    public IEnumerable<int> Scales => _scales.Keys.Order();

    /// <summary>Side of the image in pixels, for a scale.</summary>
    public int InputSize(int scale) => _scales[scale].Architecture.BottomUp.ImageSize;

    /// <summary>Resolutions of the feature maps of a scale, coarse to fine.</summary>
    public IEnumerable<int> Resolutions(int scale) => _scales[scale].Architecture.BottomUp.Resolutions.Order();

    /// <summary>How long an image of a scale takes, a running mean over the batches; zero before the first.</summary>
    public TimeSpan TimeOfImage(int scale) => _timeOfImage.GetValueOrDefault(scale);

    /// <summary>Notes how long each image of a batch took.</summary>
    public void Note(int scale, TimeSpan timeOfImage) =>
        _timeOfImage.AddOrUpdate(scale, timeOfImage, (_, mean) => mean + (Weight * (timeOfImage - mean)));

    /// <summary>Computes the feature maps of images. On one thread, without an await: dispose scopes belong to the thread.</summary>
    /// <param name="scale">The scale.</param>
    /// <param name="images">Levels of each image, rows of RGB, h * h * 3 bytes.</param>
    /// <returns>Maps (B, width[r], r, r); the caller's to dispose.</returns>
    public FeaturePyramid Encode(int scale, IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        // Whatever the batch: a decoder beside it is the one that many images make busy.
        TorchRuntime.UseThreadsFor(MultiplyAdds.Of(_scales[scale].Architecture.BottomUp));
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        int size = InputSize(scale);
        Tensor levels = empty([images.Count, size, size, 3], dtype: ScalarType.Byte, device: CPU); // (B, H, W, 3)
        for (int i = 0; i < images.Count; i++)
        {
            images[i].Span.CopyTo(levels.bytes[(i * size * size * 3)..]);
        }

        // (B, 3, H, W)
        Tensor normalized = PixelInput.Normalize(levels.to(_options.Device).permute(0, 3, 1, 2), _prior);
        FeaturePyramid pyramid = _scales[scale].Network.call(normalized.to(_options.Precision).Laid());
        foreach (int resolution in pyramid.Resolutions)
        {
            pyramid[resolution].MoveToOuterDisposeScope();
        }

        TorchRuntime.Finish(_options.Device);
        return pyramid;
    }

    public void Dispose()
    {
        foreach ((_, BottomUpEncoder network) in _scales.Values)
        {
            network.Dispose();
        }
    }
}
