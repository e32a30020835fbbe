using System.Collections.Concurrent;
using Cvdvae.DecoderHost.Models;
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
    private readonly Lock _taking = new();
    private readonly ConcurrentQueue<TensorContent> _maps = new();
    private readonly ConcurrentDictionary<int, TensorContent> _features = new();
    private readonly LowResFeatures _image;
    private readonly DecodeRow[] _rows;
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

    /// <summary>Makes the feature maps that have arrived ready. On one of the device's threads.</summary>
    public void TakeMaps()
    {
        // Rows of the request may run on two threads, and both need the maps.
        lock (_taking)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (_maps.TryPeek(out TensorContent? map))
            {
                // Taken only when it worked: the device may be out of memory now and have some later.
                using torch.Tensor features = TensorWire.ToTensor(map, Model.Options);
                _image.Add(features);
                _maps.TryDequeue(out _);
                map.Release();
            }
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
        _disposed = true;
        _maps.Clear();
        _features.Clear();
        _image.Dispose();
    }
}
