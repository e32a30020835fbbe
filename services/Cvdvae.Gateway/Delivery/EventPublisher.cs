using System.Diagnostics;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.Imaging;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Delivery;

/// <summary>Turns what decoders say about a request into the events of its call. Never waits.</summary>
internal sealed class EventPublisher(RequestRecord record, Outbox outbox, ImageWorkers workers, GatewayMetrics metrics)
{
    private readonly UpscaleParameters _parameters = record.Parameters;
    private readonly HashSet<uint> _previews = [.. record.Parameters.PreviewResolutions];
    private readonly ActivityContext _parent = Activity.Current?.Context ?? default;

    /// <summary>The call was admitted.</summary>
    public void Started()
    {
        ModelInfo model = _parameters.Model;
        ScaleInfo scale = record.Input.Scale;
        outbox.Add(OutboxItem.Of(new UpscaleResponse
        {
            Started = new Started
            {
                RequestId = record.Id,
                Model = $"{model.Name}@{model.Version}",
                Scale = scale.Scale,
                InputSize = scale.InputSize,
                OutputSize = model.OutputSize,
                GroupCount = model.GroupCount,
                ConditionedGroupCount = scale.ConditionedGroupCount,
                Resolutions = { model.Resolutions.Select(resolution => resolution.Resolution) },
                Seed = _parameters.Seed,
            },
        }));
    }

    /// <summary>All samples have decoded a group. Told once, whichever decoders ran it.</summary>
    public void Group(GroupDecoded group)
    {
        if (_parameters.ReportGroups && group.Group >= record.GroupsReported)
        {
            record.GroupsReported = (int)group.Group + 1;
            outbox.Add(OutboxItem.Of(new UpscaleResponse { GroupDecoded = group }));
        }
    }

    /// <summary>A sample has reached a resolution. A frame that isn't finer than those before comes from a second decoder, and is left out.</summary>
    public void Frame(SampleProgress sample, uint resolution, RgbImage frame)
    {
        if (sample.IsFinished || resolution <= sample.Finest)
        {
            return;
        }

        sample.Reach(resolution, frame);
        foreach ((uint reached, TimeSpan elapsed) in record.NoteReached())
        {
            metrics.Reached(reached, elapsed);
        }

        if (_previews.Contains(resolution))
        {
            Post(OutboxItem.Preview(sample.Index, frame.Pixels.Length), ImageJobUrgency.Preview, frame, () => Preview(sample, resolution, frame));
        }

        if (resolution >= _parameters.EndResolution)
        {
            Finish(sample, ImageJobUrgency.Result);
        }
    }

    /// <summary>The time is up: what samples have reached is their result.</summary>
    public void FinishAll()
    {
        foreach (SampleProgress sample in record.Samples.Where(sample => !sample.IsFinished && sample.Frame is not null))
        {
            Finish(sample, ImageJobUrgency.Deadline);
        }

        outbox.DropUnfinishedPreviews();
    }

    private void Finish(SampleProgress sample, ImageJobUrgency urgency)
    {
        RgbImage frame = sample.Frame!;
        sample.Finish();
        Post(OutboxItem.Result(sample.Index, frame.Pixels.Length), urgency, frame, () => Result(sample, frame));
    }

    private void Post(OutboxItem item, ImageJobUrgency urgency, RgbImage frame, Func<UpscaleResponse> encode)
    {
        outbox.Add(item);
        workers.Post(urgency, (long)frame.Width * frame.Height, () =>
        {
            if (item.IsDropped)
            {
                return;
            }

            try
            {
                outbox.Ready(item, encode());
            }
            catch (Exception exception)
            {
                outbox.Fail(item, exception);
            }
        });
    }

    private UpscaleResponse Preview(SampleProgress sample, uint resolution, RgbImage frame)
    {
        Image image = ImagePayload.Of(frame, _parameters.PreviewFormat, _parameters.Quality);
        if (_parameters.PreviewFormat == _parameters.ResultFormat && !sample.IsFinished)
        {
            sample.Encoded = image;
        }

        return new UpscaleResponse { Preview = new Preview { SampleIndex = (uint)sample.Index, Resolution = resolution, Image = image } };
    }

    private UpscaleResponse Result(SampleProgress sample, RgbImage frame)
    {
        using Activity? span = ServiceDefaults.Observability.Telemetry.Source.StartActivity("encode result", ActivityKind.Internal, _parent);
        span?.SetTag("cvdvae.sample", sample.Index);
        RgbImage input = record.Input.Pixels;
        bool comparable = frame.Width >= input.Width;
        bool projects = comparable && _parameters.EnforceConsistency && record.Clock.LeavesTimeToRefine;
        RgbImage final = projects ? ConsistencyProjection.Project(frame, input) : frame;
        Image image = !projects && sample.Encoded is { } encoded && encoded.Width == frame.Width
            ? encoded
            : ImagePayload.Of(final, _parameters.ResultFormat, _parameters.Quality);
        sample.Encoded = null;
        return new UpscaleResponse
        {
            Result = new Result
            {
                SampleIndex = (uint)sample.Index,
                Image = image,
                LrPsnrDb = comparable ? (float)LowResolutionPsnr.Of(final, input) : 0,
            },
        };
    }
}
