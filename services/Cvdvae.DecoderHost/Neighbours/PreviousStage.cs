using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.Models;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>What the stage before sends of a request.</summary>
internal sealed class PreviousStage
{
    private readonly StageCall _call;
    private readonly LoadedDecoder _model;
    private readonly MapReceiver _maps;
    private readonly Func<int> _credits;
    private readonly Action<IReadOnlyList<int>> _drop;
    private readonly Dictionary<uint, int> _positions;
    private readonly HashSet<int> _arrived = [];
    private readonly TensorAssembler _assembler;
    private uint _partial;

    /// <summary>Prepares for a request.</summary>
    /// <param name="call">The request at this stage.</param>
    /// <param name="model">Its model.</param>
    /// <param name="maps">Takes the feature maps.</param>
    /// <param name="credits">How many samples it was told that there is room for.</param>
    /// <param name="drop">Gives up the rows of positions.</param>
    public PreviousStage(StageCall call, LoadedDecoder model, MapReceiver maps, Func<int> credits, Action<IReadOnlyList<int>> drop)
    {
        (_call, _model, _maps, _credits, _drop) = (call, model, maps, credits, drop);
        _positions = call.Run.Samples.Select((sample, position) => (sample.Index, position)).ToDictionary(entry => entry.Index, entry => entry.position);
        _assembler = new TensorAssembler("features", checked((int)FeatureShape.Bytes(model.Stage.GroupBefore)));
    }

    /// <summary>Takes what comes until all has come.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: something else came, or not all.</exception>
    public async Task ReceiveAsync(IAsyncStreamReader<ContinueRequest> requests)
    {
        while (await requests.MoveNext(_call.Stopped).ConfigureAwait(false))
        {
            switch (requests.Current)
            {
                case { PartCase: ContinueRequest.PartOneofCase.FeatureMap } part:
                    _maps.Add(part.FeatureMap);
                    break;
                case { PartCase: ContinueRequest.PartOneofCase.Features } part:
                    Take(part.Features);
                    break;
                case { PartCase: ContinueRequest.PartOneofCase.Dropped } part:
                    Drop(part.Dropped);
                    break;
                default:
                    throw RpcErrors.InvalidArgument("part", requests.Current.PartCase, "feature_map, features or dropped after the first");
            }
        }

        string[] missing = [.. _positions.Where(entry => !_arrived.Contains(entry.Value)).Select(entry => entry.Key.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        if (missing.Length > 0 || (!_maps.IsComplete && _call.Run.Samples.Any(sample => !sample.Dropped)))
        {
            throw RpcErrors.InvalidArgument("part", $"the end, without samples {string.Join(", ", missing)}", "every feature map, and features or dropped for every sample");
        }
    }

    private void Take(SampleFeatures piece)
    {
        int position = Position("features.sample_index", piece.SampleIndex);
        if (_assembler.IsPartial && piece.SampleIndex != _partial)
        {
            throw RpcErrors.InvalidArgument("features.sample_index", piece.SampleIndex, $"{_partial}: the rest of its features");
        }

        if (_arrived.Count >= _credits())
        {
            throw RpcErrors.InvalidArgument("features", $"{_arrived.Count + 1} samples", $"{_credits()}: as many as credit was given for");
        }

        _partial = piece.SampleIndex;
        if (_assembler.Add(piece.Features ?? new Tensor()) is { } features)
        {
            FeatureShape.Check("features", features, _model.Stage.GroupBefore);
            _arrived.Add(position);
            _call.Run.Context.Add(position, features);
            _call.Limits.FeaturesArrived(position);
        }
    }

    private void Drop(SamplesDropped dropped)
    {
        int[] positions = [.. dropped.SampleIndices.Select(index => Position("dropped.sample_indices", index)).Distinct()];
        _arrived.UnionWith(positions);
        _call.Run.Drop(positions.Select(position => _call.Run.Samples[position]));
        _drop(positions);
    }

    private int Position(string field, uint index) =>
        _positions.TryGetValue(index, out int position) && !_arrived.Contains(position)
            ? position
            : throw RpcErrors.InvalidArgument(field, index, "a sample of the request that has not come yet");
}
