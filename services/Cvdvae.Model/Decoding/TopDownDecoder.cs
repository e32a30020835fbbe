using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// The top-down decoder, or a stage of it: the latent groups [first, end). It is driven group by group over an explicit
/// <see cref="DecodeState"/>, so that a caller can stop, drop rows, hand the features to another process or join batches between groups.
/// </summary>
public sealed class TopDownDecoder : nn.Module
{
    [ComponentName(Name = "dec_blocks")]
    private readonly IndexedModules<TopDownBlock> _blocks = new();
    [ComponentName(Name = "bias_xs")]
    private readonly IndexedParameters _biases = new();
    [ComponentName(Name = "gain")]
    private readonly Parameter? _gain;
    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;
    [ComponentName(Name = "out_net")]
    private readonly DmolNet? _outNet;

    /// <summary>Creates the groups [first, end) with random weights.</summary>
    /// <param name="architecture">The prior's structure.</param>
    /// <param name="first">First group.</param>
    /// <param name="end">One past the last group; the output layers are there when it is the number of groups or more.</param>
    /// <param name="withPosterior">Whether the posteriors of high-res images are there.</param>
    public TopDownDecoder(PriorArchitecture architecture, int first = 0, int end = int.MaxValue, bool withPosterior = false)
        : base(nameof(TopDownDecoder))
    {
        Architecture = architecture;
        FirstGroup = first;
        EndGroup = Math.Min(end, architecture.Groups.Count);
        foreach (LatentGroup group in architecture.Groups.Skip(FirstGroup).Take(EndGroup - FirstGroup))
        {
            _blocks.Add(group.Index, new TopDownBlock(architecture, group, withPosterior));
            if (StartsFromBias(group) is int position)
            {
                _biases.Add(position, nn.Parameter(zeros(1, group.Width, group.Resolution, group.Resolution)));
            }
        }

        if (EndGroup == architecture.Groups.Count)
        {
            int width = architecture.Hyperparameters.Width;
            _gain = nn.Parameter(ones(1, width, 1, 1));
            _bias = nn.Parameter(zeros(1, width, 1, 1));
            _outNet = new DmolNet(width, architecture.Hyperparameters.NumMixtures, architecture.Groups[^1].Resolution);
        }

        RegisterComponents();
    }

    /// <summary>Whether features are kept channels-last in memory; null: in the fastest order. Only a benchmark sets it, to measure what the order gains.</summary>
    internal bool? ChannelsLast { get; init; }

    /// <summary>The prior's structure.</summary>
    public PriorArchitecture Architecture { get; }

    /// <summary>First group of this stage.</summary>
    public int FirstGroup { get; }

    /// <summary>One past the last group of this stage.</summary>
    public int EndGroup { get; }

    /// <summary>The output network; null in a stage that does not have the last group.</summary>
    public DmolNet? OutNet => _outNet;

    /// <summary>Runs the groups up to <paramref name="end"/> for all rows of a batch.</summary>
    /// <param name="state">The batch; its features are replaced.</param>
    /// <param name="end">One past the last group to run, at most <see cref="EndGroup"/>.</param>
    /// <param name="noise">Source of the normal numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The groups are not all in this stage.</exception>
    public void Advance(DecodeState state, int end, INoiseSource noise)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(state.NextGroup, FirstGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, EndGroup);
        using IDisposable mode = inference_mode();
        for (int index = state.NextGroup; index < end; index++)
        {
            using DisposeScope scope = NewDisposeScope();
            LatentGroup group = Architecture.Groups[index];
            Tensor x = Enter(group, state.Features, state.Rows.Count);
            Tensor draws = LatentNoise.Of(state.Rows, group, Architecture.Hyperparameters.Zdim, noise, x);
            draws = ChannelsLast == false ? draws.contiguous() : draws;
            state.Replace(_blocks[index].Draw(x, draws, new LatentSources(state.Rows)), index + 1);
        }
    }

    /// <summary>From the features after the last group, (B, width, size, size), to the parameters of the pixels, (B, 10 mixtures, size, size).</summary>
    /// <exception cref="InvalidOperationException">The stage does not have the last group.</exception>
    public Tensor PixelParameters(Tensor features)
    {
        using Tensor finished = Finish(features);
        return _outNet!.call(finished);
    }

    /// <summary>Gain and bias after the last group: px_z of the official program, (B, width, size, size).</summary>
    /// <exception cref="InvalidOperationException">The stage does not have the last group.</exception>
    public Tensor Finish(Tensor features) =>
        _outNet is null ? throw new InvalidOperationException("This stage does not have the last group.") : _bias!.PlusProduct(features, _gain!);

    /// <summary>Features that a group starts from: (B, width, r, r), owned by the caller.</summary>
    internal Tensor Enter(LatentGroup group, Tensor? features, int rows)
    {
        int? position = StartsFromBias(group);
        if (features is not null && group.Mixin is null)
        {
            return features;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor? bias = position is int index ? _biases[index]! : null;
        if (features is null)
        {
            return Laid(bias!.expand(rows, -1, -1, -1).clone()).MoveToOuterDisposeScope();
        }

        // Features at 1x1 have no memory layout to keep: it is set anew wherever the resolution rises.
        Tensor taken = features.shape[1] == group.Width ? features : features.narrow(1, 0, group.Width);
        Tensor x = Laid(Upsample(taken, group.Resolution));
        if (bias is not null)
        {
            x = is_grad_enabled() ? x.Plus(Laid(bias)) : x.PlusInPlace(bias);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The block of a group.</summary>
    internal TopDownBlock BlockOf(LatentGroup group) => _blocks[group.Index];

    private Tensor Laid(Tensor tensor) => tensor.InOrder(ChannelsLast);

    private static Tensor Upsample(Tensor features, int resolution) =>
        nn.functional.interpolate(features, [resolution, resolution], mode: InterpolationMode.Nearest);

    /// <summary>Position of the bias that the first group of a resolution starts from, or null.</summary>
    private int? StartsFromBias(LatentGroup group)
    {
        bool opensResolution = group.Index == 0 || Architecture.Groups[group.Index - 1].Resolution != group.Resolution;
        return opensResolution && group.Resolution <= Architecture.Hyperparameters.NoBiasAbove
            ? Architecture.Resolutions.Order().ToList().IndexOf(group.Resolution)
            : null;
    }
}
