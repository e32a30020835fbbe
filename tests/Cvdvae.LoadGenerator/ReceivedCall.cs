using Cvdvae.Client;

namespace Cvdvae.LoadGenerator;

/// <summary>What a call has brought: every preview once, and at the end all of them and all results.</summary>
internal sealed class ReceivedCall
{
    private readonly Dictionary<(int Sample, int Resolution), byte[]> _images = [];
    private StartedEvent? _started;

    /// <summary>What was wrong first; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes an event.</summary>
    public void Add(UpscaleEvent item)
    {
        switch (item)
        {
            case StartedEvent started:
                Problem ??= _started is null ? null : "started twice";
                _started = started;
                break;
            case PreviewEvent preview:
                Add(preview.SampleIndex, preview.Resolution, preview.Image);
                break;
            case ResultEvent result:
                Add(result.SampleIndex, result.Image.Width, result.Image);
                break;
            default:
                break;
        }
    }

    /// <summary>Looks whether a call that ended well brought all that it should, and the same as another with its seed.</summary>
    /// <param name="samples">Samples asked for.</param>
    /// <param name="reference">An earlier call with the same request; null: none.</param>
    /// <param name="mayLackPreviews">Whether previews may have given way to a slow reader.</param>
    public void Check(int samples, ReceivedCall? reference, bool mayLackPreviews)
    {
        // The full resolution comes as a result, the others as previews.
        int expected = samples * (_started?.Resolutions.Count ?? 0);
        if (!mayLackPreviews && _images.Count != expected)
        {
            Problem ??= $"{_images.Count} images instead of {expected}";
        }

        if (Enumerable.Range(0, samples).Any(sample => !_images.ContainsKey((sample, _started!.OutputSize))))
        {
            Problem ??= "a result is missing";
        }

        if (reference is not null)
        {
            CompareTo(reference);
        }
    }

    /// <summary>The guarantee of the services: of the values, a thousandth may differ, by 1.</summary>
    private void CompareTo(ReceivedCall reference)
    {
        long values = 0;
        long different = 0;
        int largest = 0;
        foreach (((int, int) key, byte[] image) in _images)
        {
            if (!reference._images.TryGetValue(key, out byte[]? other) || other.Length != image.Length)
            {
                continue; // its absence is another problem
            }

            values += image.Length;
            for (int index = 0; index < image.Length; index++)
            {
                int distance = Math.Abs(image[index] - other[index]);
                different += distance > 0 ? 1 : 0;
                largest = Math.Max(largest, distance);
            }
        }

        if (different * 1000 > values || largest > 1)
        {
            Problem ??= $"{different} of {values} values differ from those of the same request before, by up to {largest}";
        }
    }

    private void Add(int sample, int resolution, EncodedImage image)
    {
        if (!_images.TryAdd((sample, resolution), image.Data.ToArray()))
        {
            Problem ??= $"sample {sample} at {resolution} came twice";
        }
    }
}
