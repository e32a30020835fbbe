using Cvdvae.Model.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>
/// The random numbers of some images, each from a seed of its own: they are the same whatever other images are computed beside it, so that a step in parts is the step in one.
/// </summary>
internal sealed class ImageNoise : IDisposable
{
    private readonly int _channels;
    private readonly Dictionary<int, long> _starts = [];
    private readonly Tensor _numbers;

    /// <param name="seeds">One for each image.</param>
    /// <param name="groups">The latent groups that need numbers.</param>
    /// <param name="zdim">Channels of the latents.</param>
    /// <param name="device">Where the numbers are made.</param>
    public ImageNoise(IReadOnlyCollection<long> seeds, IEnumerable<LatentGroup> groups, int zdim, Device device)
    {
        _channels = zdim;
        long count = 0;
        foreach (LatentGroup group in groups)
        {
            _starts.Add(group.Index, count);
            count += (long)zdim * group.Resolution * group.Resolution;
        }

        using DisposeScope scope = NewDisposeScope();
        var drawn = new List<Tensor>();
        var flips = new List<float>();
        foreach (long seed in seeds)
        {
            // One draw for all groups: on a graphics card each call costs more than its numbers.
            using var generator = new Generator((ulong)seed, device);
            using Tensor flip = rand(1, device: device, generator: generator);
            flips.Add(flip.item<float>());
            drawn.Add(randn(count, device: device, generator: generator));
        }

        _numbers = stack(drawn).DetachFromDisposeScope();
        IsMirrored = [.. flips.Select(flip => flip < 0.5f)];
    }

    /// <summary>For each image, the toss of a coin: whether it is mirrored, where images are.</summary>
    public IReadOnlyList<bool> IsMirrored { get; }

    /// <summary>Standard normal numbers of a group in the shape (B, zdim, r, r) and the type of a tensor, channels-last.</summary>
    public Tensor Of(int group, Tensor like)
    {
        using DisposeScope scope = NewDisposeScope();
        (long height, long width) = (like.shape[2], like.shape[3]);
        return _numbers.narrow(1, _starts[group], _channels * height * width).contiguous()
            .view(-1, height, width, _channels).permute(0, 3, 1, 2).to(like.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose() => _numbers.Dispose();
}
