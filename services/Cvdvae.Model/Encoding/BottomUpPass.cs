using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Encoding;

/// <summary>
/// A pass through a bottom-up network for training, cut in two at its maps: what comes after them runs backward part by part and leaves its gradients
/// there, and <see cref="Backward"/> takes their sum down to the parameters. Blocks are computed again on that way where asked for: then no more is kept than what each sees.
/// </summary>
internal sealed class BottomUpPass : IDisposable
{
    private readonly BottomUpEncoder _encoder;
    private readonly SortedDictionary<int, Tensor> _maps = [];
    private readonly SortedDictionary<int, Tensor> _activated = [];
    private readonly List<Tensor>? _seen;

    /// <summary>Runs the network.</summary>
    /// <param name="encoder">The network.</param>
    /// <param name="pixels">Normalised pixels (B, 3, H, W).</param>
    /// <param name="recompute">Whether blocks are computed again on the way back.</param>
    public BottomUpPass(BottomUpEncoder encoder, Tensor pixels, bool recompute)
    {
        _encoder = encoder;
        using DisposeScope scope = NewDisposeScope();
        if (recompute)
        {
            using IDisposable mode = no_grad();
            _seen = [pixels.alias().DetachFromDisposeScope()];
            for (int index = -1; index < encoder.BlockCount; index++)
            {
                Tensor x = Segment(index, _seen[^1]).DetachFromDisposeScope();
                _maps[(int)x.shape[2]] = x;
                _seen.Add(x);
            }
        }
        else
        {
            FeaturePyramid pyramid = encoder.call(pixels);
            foreach (int resolution in pyramid.Resolutions)
            {
                _maps[resolution] = pyramid[resolution].DetachFromDisposeScope();
            }
        }
    }

    /// <summary>GELU of the map of a resolution, (B, C, r, r), where gradients end and are added up.</summary>
    public Tensor Activated(int resolution)
    {
        if (!_activated.TryGetValue(resolution, out Tensor? leaf))
        {
            using IDisposable mode = no_grad();
            leaf = Gelu.Of(_maps[resolution]).DetachFromDisposeScope().requires_grad_();
            _activated.Add(resolution, leaf);
        }

        return leaf;
    }

    /// <summary>Adds the gradients of the parameters.</summary>
    public void Backward()
    {
        using DisposeScope scope = NewDisposeScope();
        if (_seen is null)
        {
            int[] reached = [.. _activated.Where(entry => entry.Value.grad is not null).Select(entry => entry.Key)];
            autograd.backward([.. reached.Select(resolution => Gelu.Of(_maps[resolution]))], [.. reached.Select(resolution => _activated[resolution].grad!)]);
            return;
        }

        Tensor? gradient = null;
        for (int index = _encoder.BlockCount - 1; index >= -1; index--)
        {
            using DisposeScope segment = NewDisposeScope();
            Tensor output = _seen[index + 2];
            int resolution = (int)output.shape[2];
            if (ReferenceEquals(_maps[resolution], output) && _activated.TryGetValue(resolution, out Tensor? leaf) && leaf.grad is Tensor ofMap)
            {
                Tensor before = output.detach().requires_grad_();
                Gelu.Of(before).backward([ofMap]);
                gradient = gradient is null ? before.grad!.MoveToOuterDisposeScope() : gradient.PlusInPlace(before.grad!);
            }

            if (gradient is not null)
            {
                Tensor input = _seen[index + 1].detach().requires_grad_(index >= 0);
                Segment(index, input).backward([gradient]);
                gradient.Dispose();
                gradient = index >= 0 ? input.grad!.MoveToOuterDisposeScope() : null;
            }

            output.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _maps.Values.Concat(_activated.Values).Concat(_seen ?? []))
        {
            tensor.Dispose();
        }
    }

    private Tensor Segment(int index, Tensor x) => index < 0 ? _encoder.Begin(x) : _encoder.Run(index, x);
}
