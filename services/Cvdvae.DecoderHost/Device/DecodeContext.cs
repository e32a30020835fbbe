using System.Collections.Concurrent;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using TorchSharp;

namespace Cvdvae.DecoderHost.Device;

/// <summary>
/// What the rows of a request share on the device. Tensors that arrive from elsewhere are left here as bytes by any thread; the device's threads
/// make tensors of them when they need them, so that all work of libtorch is on those threads.
/// </summary>
internal sealed class DecodeContext : IDisposable
{
    // For each request; what is worth it, the small operations at low resolutions, needs less.
    private const long MostBytesAhead = 4 << 20;

    private readonly Lock _taking = new();
    private readonly Lock _workingAhead = new();
    private readonly Queue<LatentGroup> _ahead;
    private PreparedNoise? _noise;
    private readonly ConcurrentQueue<TensorContent> _maps = new();
    private readonly ConcurrentDictionary<int, TensorContent> _features = new();
    private readonly LowResFeatures _image;
    private readonly DecodeRow[] _rows;
    private long _bytesAhead;
    private volatile int _lastStarted = -1;
    private bool _disposed;

    /// <summary>Creates the context of a request.</summary>
    /// <param name="model">The model; it must stay loaded until the request has ended.</param>
    /// <param name="scale">A scale of the model.</param>
    /// <param name="rows">Makes the rows from the low-res image's features, in the order of the samples.</param>
    /// <param name="sampling">How pixels are taken.</param>
    /// <param name="sink">Takes what the steps give.</param>
    public DecodeContext(LoadedDecoder model, int scale, Func<LowResFeatures, DecodeRow[]> rows, PixelSampling sampling, IDecodeSink sink)
    {
        Model = model;
        Sampling = sampling;
        Sink = sink;
        _image = new LowResFeatures(model.Branches[scale]);
        _ahead = new Queue<LatentGroup>(model.Prior.Groups.Take(model.Stage.EndGroup).Skip(model.Stage.FirstGroup));
        _rows = rows(_image);
    }

    /// <summary>The model.</summary>
    public LoadedDecoder Model { get; }

    /// <summary>How pixels are taken.</summary>
    public PixelSampling Sampling { get; }

    /// <summary>Takes what the steps give.</summary>
    public IDecodeSink Sink { get; }

    /// <summary>Leaves a feature map of the low-res image, (1, C, r, r); each resolution once, before rows may run the groups that need it.</summary>
    public void Add(TensorContent map) => _maps.Enqueue(map);

    /// <summary>Leaves the features of a sample from the stage before, (1, C, r, r), before its row may run.</summary>
    public void Add(int position, TensorContent features) => _features[position] = features;

    /// <summary>The row as the model's code knows it.</summary>
    public DecodeRow RowOf(StageRow row) => _rows[row.Sample];

    /// <summary>Makes the feature map that a step needs ready. On one of the device's threads.</summary>
    /// <param name="index">Index of the step's latent group; their number for the pixels.</param>
    public void Begin(int index)
    {
        _lastStarted = Math.Max(_lastStarted, index);
        if (IsConditioned(index))
        {
            TakeMaps(Model.Prior.Groups[index].Resolution);
        }
    }

    /// <summary>The numbers of a source, for steps of this request alone: some of them may have been made ahead.</summary>
    public PreparedNoise NoiseOf(INoiseSource source) => LazyInitializer.EnsureInitialized(ref _noise, () => new PreparedNoise(source));

    /// <summary>
    /// Does for the next latent group what depends on the low-res image and the seeds alone, and what its step would do otherwise, on a thread beside those that run steps.
    /// </summary>
    /// <param name="source">The numbers' source.</param>
    /// <returns>Whether there was a group whose map is there.</returns>
    public bool WorkAhead(INoiseSource source)
    {
        // Holds up only the end of the request, which frees what is used here.
        lock (_workingAhead)
        {
            if (_disposed)
            {
                return false;
            }

            while (_bytesAhead < MostBytesAhead && _ahead.TryPeek(out LatentGroup? group))
            {
                bool isConditioned = IsConditioned(group.Index);
                if (isConditioned && !TakeMaps(group.Resolution))
                {
                    return false;
                }

                _ahead.Dequeue();
                if (group.Index > _lastStarted)
                {
                    _bytesAhead += isConditioned ? _image.Prepare(group) : 0;
                    PrepareNoise(group, NoiseOf(source));
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The features of a row from the stage before, owned by the caller; null in the first stage. On one of the device's threads.</summary>
    public torch.Tensor? FeaturesOf(StageRow row) =>
        _features.TryGetValue(row.Sample, out TensorContent? features) ? TensorWire.ToTensor(features, Model.Options) : null;

    /// <summary>The bytes of a row's features are not needed any more.</summary>
    public void Forget(StageRow row)
    {
        if (_features.TryRemove(row.Sample, out TensorContent? features))
        {
            features.Release();
        }
    }

    /// <summary>Frees the feature maps, when no row will run again.</summary>
    public void Dispose()
    {
        lock (_workingAhead)
        {
            _disposed = true;
            _maps.Clear();
            _features.Clear();
            _image.Dispose();
        }
    }

    private void PrepareNoise(LatentGroup group, PreparedNoise noise)
    {
        foreach (DecodeRow row in _rows)
        {
            if (_bytesAhead >= MostBytesAhead)
            {
                return;
            }

            _bytesAhead += noise.Prepare(row, group, Model.Prior.Hyperparameters.Zdim);
        }
    }

    private bool IsConditioned(int group) => group < _image.Branch.ConditionedGroupCount;

    /// <summary>Makes the maps that have arrived ready, up to that of a resolution.</summary>
    /// <returns>Whether that is there.</returns>
    private bool TakeMaps(int resolution)
    {
        if (_image.Has(resolution))
        {
            return true;
        }

        // Rows of the request may run on two threads, and both need the maps.
        lock (_taking)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (!_image.Has(resolution) && _maps.TryPeek(out TensorContent? map))
            {
                // Taken only when it worked: the device may be out of memory now and have some later.
                using torch.Tensor features = TensorWire.ToTensor(map, Model.Options);
                _image.Add(features);
                _maps.TryDequeue(out _);
                map.Release();
            }

            return _image.Has(resolution);
        }
    }
}
