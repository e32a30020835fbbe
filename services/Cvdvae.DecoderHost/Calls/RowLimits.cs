using Cvdvae.DecoderHost.Models;
using Cvdvae.Scheduling;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>
/// How far the rows of a request may run: to the first latent group whose feature map has not arrived, not at all before a row's features have come from
/// the stage before, and not through the last step without the next stage's credit, since that step's features need room there.
/// </summary>
internal sealed class RowLimits
{
    private readonly Lock _gate = new();
    private readonly StageScheduler _scheduler;
    private readonly LoadedDecoder _model;
    private readonly int _scale;
    private readonly bool _handsOver;
    private readonly HashSet<int> _maps = [];
    private readonly IReadOnlyList<StageRow> _rows;
    private readonly bool[] _hasFeatures;
    private readonly int[] _limits;
    private long _credits;

    /// <summary>Creates the limits of a request that was admitted; nothing may run yet.</summary>
    public RowLimits(StageScheduler scheduler, LoadedDecoder model, DecodeParameters parameters, StageRequest request)
    {
        (_scheduler, _model, _scale, _rows) = (scheduler, model, parameters.Scale, request.Rows);
        _handsOver = model.Stage.HandsOver(parameters.LastResolution);
        _hasFeatures = new bool[_rows.Count];
        _limits = new int[_rows.Count];
        Array.Fill(_hasFeatures, model.Stage.IsFirst);
    }

    /// <summary>Nothing has arrived, and nothing needs to.</summary>
    public void Refresh() => Change(() => { });

    /// <summary>The map of a resolution is there.</summary>
    public void MapArrived(int resolution) => Change(() => _maps.Add(resolution));

    /// <summary>The features of a row from the stage before are there.</summary>
    public void FeaturesArrived(int position) => Change(() => _hasFeatures[position] = true);

    /// <summary>The next stage has room for more rows.</summary>
    public void Credited(uint rows) => Change(() => _credits += rows);

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            int withMaps = NeededMaps.Limit(_model, _scale, _maps.Contains);
            var raised = new Dictionary<int, List<StageRow>>();
            for (int position = 0; position < _rows.Count; position++)
            {
                int most = _handsOver && position >= _credits ? _model.Stage.StepCount - 1 : _model.Stage.StepCount;
                int limit = _hasFeatures[position] ? Math.Min(withMaps, most) : 0;
                if (limit > _limits[position])
                {
                    _limits[position] = limit;
                    (raised.TryGetValue(limit, out List<StageRow>? rows) ? rows : raised[limit] = []).Add(_rows[position]);
                }
            }

            foreach ((int limit, List<StageRow> rows) in raised)
            {
                _scheduler.Raise(rows, limit);
            }
        }
    }
}
