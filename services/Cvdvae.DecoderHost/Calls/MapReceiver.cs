using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Configuration;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>
/// Takes the feature maps of a request piece by piece: those that this stage needs are put together and left for the device, those of later stages are
/// passed on as they come.
/// </summary>
internal sealed class MapReceiver
{
    private readonly Dictionary<int, LatentGroup> _own;
    private readonly HashSet<int> _later;
    private readonly Action<int, TensorContent> _complete;
    private readonly Action<EncodeResponse>? _passOn;
    private TensorAssembler? _assembler;
    private int _partial;
    private bool _passedOn;

    /// <summary>Creates a receiver.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">The request.</param>
    /// <param name="complete">Takes a whole map by its resolution.</param>
    /// <param name="passOn">Takes the pieces of later stages' maps; null where there are none.</param>
    public MapReceiver(LoadedDecoder model, DecodeParameters parameters, Action<int, TensorContent> complete, Action<EncodeResponse>? passOn)
    {
        (_complete, _passOn) = (complete, passOn);
        _own = NeededMaps.Groups(model, parameters.Scale).Where(group => group.Resolution <= parameters.LastResolution).ToDictionary(group => group.Resolution);
        _later = passOn is null ? [] : [.. NeededMaps.GroupsAfter(model, parameters.Scale).Select(group => group.Resolution).Where(resolution => resolution <= parameters.LastResolution)];
    }

    /// <summary>The resolutions whose maps are still to come, coarse to fine.</summary>
    public IReadOnlyList<int> Resolutions => [.. _own.Keys.Concat(_later).Order()];

    /// <summary>Whether every map that this stage needs has come.</summary>
    public bool IsComplete => _own.Count == 0;

    /// <summary>Prepares for another sender, which begins with <see cref="Resolutions"/>.</summary>
    /// <returns>False: pieces of later stages' maps were passed on, which those could not have twice.</returns>
    public bool TryRestart()
    {
        (_assembler, _partial) = (null, 0);
        return !_passedOn;
    }

    /// <summary>Takes a piece.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: it is not a piece of a map that is to come.</exception>
    public void Add(EncodeResponse piece)
    {
        if (piece.Resolution <= int.MaxValue && _later.Contains((int)piece.Resolution) && !(_assembler?.IsPartial ?? false))
        {
            _passedOn = true;
            _passOn!(piece);
            return;
        }

        if (piece.Resolution > int.MaxValue || !_own.TryGetValue((int)piece.Resolution, out LatentGroup? group)
            || (_partial != 0 && _partial != group.Resolution))
        {
            string accepted = _partial == 0 ? string.Join(", ", Resolutions) : $"the rest of the map of {_partial}";
            throw RpcErrors.InvalidArgument("feature_map.resolution", piece.Resolution, accepted);
        }

        _assembler ??= new TensorAssembler("feature_map", checked((int)FeatureShape.Bytes(group)));
        _partial = group.Resolution;
        if (_assembler.Add(piece.FeatureMap ?? new Tensor()) is not { } map)
        {
            return;
        }

        _assembler = null;
        _partial = 0;
        FeatureShape.Check("feature_map", map, group);
        _own.Remove(group.Resolution);
        _complete(group.Resolution, map);
    }
}
