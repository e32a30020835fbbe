using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using TensorType = Cvdvae.V1.TensorType;

namespace Cvdvae.DecoderHost.Device;

/// <summary>
/// The rows of one step. Until <see cref="Commit"/> the rows stand where they stood and nobody has been told anything, so that a batch that ran
/// out of memory can be tried again in parts. Lives inside one dispose scope.
/// </summary>
internal sealed class StepBatch : IDisposable
{
    private readonly LoadedDecoder _model;
    private readonly int _step;
    private readonly IReadOnlyList<StageRow> _rows;
    private readonly DecodeState _state;
    private readonly List<Action> _outputs = [];
    private bool _advanced;
    private bool _committed;

    private StepBatch(LoadedDecoder model, int step, IReadOnlyList<StageRow> rows, Tensor? features)
    {
        (_model, _step, _rows) = (model, step, rows);
        _state = new DecodeState([.. rows.Select(row => ContextOf(row).RowOf(row))], model.Stage.FirstGroup + step, features);
    }

    /// <summary>Puts rows together. Rows that ran their last step side by side stay where they are; others are copied next to each other.</summary>
    public static StepBatch Gather(LoadedDecoder model, int step, IReadOnlyList<StageRow> rows)
    {
        if (step == 0)
        {
            return new StepBatch(model, step, rows, model.Stage.IsFirst ? null : Joined([.. rows.Select(row => ContextOf(row).FeaturesOf(row)!)]));
        }

        StageRow[] ordered = [.. rows.OrderBy(row => PlaceOf(row).Cohort.Number).ThenBy(row => PlaceOf(row).Index)];
        return new StepBatch(model, step, ordered, Joined(Pieces(ordered)));
    }

    /// <summary>Runs the step's latent group, and makes the previews or the features to hand over that the rows want after it.</summary>
    public void RunGroup(INoiseSource noise)
    {
        _model.Decoder.Advance(_state, _state.NextGroup + 1, noise);
        _advanced = true;
        if (_model.Stage.CompletedBy(_step) is int resolution && resolution < _model.Prior.Hyperparameters.ImageSize)
        {
            MakePreviews(resolution);
        }

        if (_step == _model.Stage.StepCount - 1)
        {
            for (int index = 0; index < _rows.Count; index++)
            {
                StageRow row = _rows[index];
                TensorContent features = TensorWire.ToWire(_state.Features!.narrow(0, index, 1), _model.FeatureType);
                _outputs.Add(() => ContextOf(row).Sink.HandOver(row.Sample, features));
            }
        }
    }

    /// <summary>Makes the final images.</summary>
    public void MakePixels(INoiseSource noise)
    {
        int size = _model.Prior.Hyperparameters.ImageSize;
        Tensor parameters = _model.Decoder.PixelParameters(_state.Features!);
        foreach (IGrouping<PixelSampling, int> group in Enumerable.Range(0, _rows.Count).GroupBy(row => ContextOf(_rows[row]).Sampling))
        {
            using DisposeScope scope = NewDisposeScope();
            int[] chosen = [.. group];
            Tensor own = chosen.Length == _rows.Count
                ? parameters
                : parameters.index_select(0, tensor(Array.ConvertAll(chosen, row => (long)row), device: parameters.device));
            Tensor images = _model.Output.Images(own, [.. chosen.Select(row => _state.Rows[row])], group.Key, noise);
            AddFrames(images, [.. chosen.Select(row => _rows[row])], size);
        }
    }

    /// <summary>The step has worked: the rows move on, and what was made is handed on.</summary>
    public void Commit()
    {
        _committed = true;
        if (_advanced)
        {
            var cohort = new Cohort(_state);
            for (int index = 0; index < _rows.Count; index++)
            {
                StageRow row = _rows[index];
                (row.DeviceState as RowPlace)?.Cohort.Leave();
                row.DeviceState = new RowPlace(cohort, index);
                ContextOf(row).Forget(row);
            }
        }

        _outputs.ForEach(output => output());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!(_committed && _advanced))
        {
            _state.Dispose();
        }
    }

    private static DecodeContext ContextOf(StageRow row) => (DecodeContext)row.Request.DeviceContext!;

    private static RowPlace PlaceOf(StageRow row) => (RowPlace)row.DeviceState!;

    /// <summary>The features of rows in order, as few pieces as possible: neighbours are one view.</summary>
    private static List<Tensor> Pieces(StageRow[] rows)
    {
        var pieces = new List<Tensor>();
        for (int first = 0, end; first < rows.Length; first = end)
        {
            RowPlace place = PlaceOf(rows[first]);
            end = first + 1;
            while (end < rows.Length && PlaceOf(rows[end]) is RowPlace next && next.Cohort == place.Cohort && next.Index == place.Index + (end - first))
            {
                end++;
            }

            pieces.Add(place.Cohort.Features.narrow(0, place.Index, end - first));
        }

        return pieces;
    }

    private static Tensor Joined(List<Tensor> pieces) => pieces.Count == 1 ? pieces[0] : cat(pieces, 0);

    private void MakePreviews(int resolution)
    {
        if (!_rows.Any(row => ContextOf(row).Sink.WantsPreview(resolution)))
        {
            return;
        }

        AddFrames(_model.Previews.Images(_state.Features!), _rows, resolution);
    }

    /// <summary>Hands on the images (n, r, r, 3) of rows that want them.</summary>
    private void AddFrames(Tensor images, IReadOnlyList<StageRow> rows, int resolution)
    {
        Tensor local = images.cpu();
        for (int index = 0; index < rows.Count; index++)
        {
            StageRow row = rows[index];
            IDecodeSink sink = ContextOf(row).Sink;
            if (resolution == _model.Prior.Hyperparameters.ImageSize || sink.WantsPreview(resolution))
            {
                TensorContent levels = TensorWire.ToWire(local.select(0, index), TensorType.Uint8);
                _outputs.Add(() => sink.Frame(row.Sample, resolution, levels));
            }
        }
    }
}
