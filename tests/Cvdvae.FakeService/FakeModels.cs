using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cvdvae.FakeService;

/// <summary>The models that the fake server has.</summary>
internal static class FakeModels
{
    private const uint OutputSize = 64;

    public static ListModelsResponse Create()
    {
        var model = new ModelInfo
        {
            Name = "fake-64",
            Version = "1.2",
            ContentHash = new string('a', 64),
            OutputSize = OutputSize,
            EncoderTemperature = 0.8f,
            PriorTemperature = 0.7f,
            PixelSampling = PixelSampling.Mode,
            Licence = "MIT",
            Description = "Colours that tell samples apart.",
        };
        model.Scales.Add(new ScaleInfo { Scale = 4, InputSize = 16, ConditionedGroupCount = 7 });
        model.Scales.Add(new ScaleInfo { Scale = 8, InputSize = 8, ConditionedGroupCount = 5 });
        foreach ((uint resolution, uint groups) in ((uint, uint)[])[(1, 1), (4, 2), (8, 3), (16, 4), (32, 2), (64, 1)])
        {
            var info = new ResolutionInfo { Resolution = resolution, GroupCount = groups };
            if (resolution < OutputSize)
            {
                info.PreviewPsnrDb = 20 + resolution;
            }

            model.Resolutions.Add(info);
            model.GroupCount += groups;
        }

        var limits = new ServerLimits
        {
            MaxSamples = 64,
            MaxImageBytes = 16 << 20,
            MaxImageSide = 8192,
            MaxMessageBytes = 20 << 20,
            DeadlineMargin = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)),
            MaxWaitingPreviewBytes = 4 << 20,
        };
        return new ListModelsResponse { Models = { model }, DefaultModel = model.Name, Limits = limits };
    }

    public static ModelInfo Find(ListModelsResponse models, UpscaleRequest request) =>
        models.Models.FirstOrDefault(model => request.Model.Length == 0 || request.Model == model.Name || request.Model == $"{model.Name}@{model.Version}")
        ?? throw new RpcException(new Status(StatusCode.NotFound, $"model: there is no '{request.Model}'; this server has fake-64"));

    public static Started Start(ModelInfo model, ScaleInfo scale, ulong seed)
    {
        var started = new Started
        {
            Model = $"{model.Name}@{model.Version}",
            Scale = scale.Scale,
            InputSize = scale.InputSize,
            OutputSize = model.OutputSize,
            GroupCount = model.GroupCount,
            ConditionedGroupCount = scale.ConditionedGroupCount,
            Seed = seed,
        };
        started.Resolutions.AddRange(model.Resolutions.Select(resolution => resolution.Resolution));
        return started;
    }

    public static Completed Complete(ModelInfo model, int last)
    {
        var timings = new Timings
        {
            FirstPreview = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5)),
            Total = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)),
            Queued = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)),
            Device = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(40)),
        };
        timings.Resolutions.AddRange(model.Resolutions.Where(resolution => resolution.Resolution <= last).Select(resolution => new ResolutionTiming
        {
            Resolution = resolution.Resolution,
            Elapsed = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5 + resolution.Resolution)),
        }));
        return new Completed
        {
            ReachedResolution = (uint)last,
            Reason = last == model.OutputSize ? CompletionReason.Finished : CompletionReason.StoppedAtResolution,
            Timings = timings,
        };
    }
}
