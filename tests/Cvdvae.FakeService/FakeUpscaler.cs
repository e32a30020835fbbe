using System.Collections.Concurrent;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.FakeService;

/// <summary>
/// Answers like a server with a model of 64x64 pixels. Samples are bicubic enlargements, each tinted by seed and index, so that tests can
/// tell them apart.
/// </summary>
public sealed class FakeUpscaler
{
    private int _calls;
    private int _cancelled;
    private int _listed;

    /// <summary>The models, as ListModels tells.</summary>
    public ListModelsResponse Models { get; } = FakeModels.Create();

    /// <summary>Time taken by each resolution.</summary>
    public TimeSpan Pace { get; set; }

    /// <summary>Runs before the answer to call N (from 1); throws to refuse it.</summary>
    public Action<int, ServerCallContext>? Admission { get; set; }

    /// <summary>Takes the place of the whole answer.</summary>
    public Func<UpscaleRequest, IServerStreamWriter<UpscaleResponse>, ServerCallContext, Task>? Script { get; set; }

    /// <summary>Upscale calls so far.</summary>
    public int Calls => _calls;

    /// <summary>ListModels calls so far.</summary>
    public int Listed => _listed;

    /// <summary>Upscale calls that were cancelled half-way.</summary>
    public int Cancelled => _cancelled;

    /// <summary>Requests so far.</summary>
    public ConcurrentQueue<UpscaleRequest> Requests { get; } = [];

    /// <summary>Metadata of the last call.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>Deadline of the last call.</summary>
    public DateTime Deadline { get; private set; }

    internal ListModelsResponse List()
    {
        Interlocked.Increment(ref _listed);
        return Models;
    }

    internal async Task UpscaleAsync(UpscaleRequest request, IServerStreamWriter<UpscaleResponse> events, ServerCallContext context)
    {
        Requests.Enqueue(request);
        Headers = context.RequestHeaders;
        Deadline = context.Deadline;
        int call = Interlocked.Increment(ref _calls);
        Admission?.Invoke(call, context);
        try
        {
            await (Script ?? AnswerAsync)(request, events, context);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }

    /// <summary>The answer of a healthy server.</summary>
    public async Task AnswerAsync(UpscaleRequest request, IServerStreamWriter<UpscaleResponse> events, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(context);
        ModelInfo model = FakeModels.Find(Models, request);
        FakeInput input = FakeInput.Read(request, model);
        int last = request.StopAtResolution == 0 ? (int)model.OutputSize : (int)request.StopAtResolution;
        ulong seed = request.HasSeed ? request.Seed : 1234567;
        int samples = Math.Max(1, (int)request.SampleCount);
        Started started = FakeModels.Start(model, input.Scale, seed);
        started.RequestId = context.RequestHeaders.GetValue("x-request-id") ?? "made-by-the-server";
        await events.WriteAsync(new() { Started = started });
        uint group = 0;
        foreach (ResolutionInfo resolution in model.Resolutions.Where(resolution => resolution.Resolution <= last))
        {
            await Task.Delay(Pace, context.CancellationToken);
            for (int count = 0; request.ReportGroups && count < resolution.GroupCount; count++)
            {
                await events.WriteAsync(new() { GroupDecoded = new() { Group = group++, Resolution = resolution.Resolution } });
            }

            bool wanted = request.PreviewResolutions.Count == 0 || request.PreviewResolutions.Contains(resolution.Resolution);
            for (int sample = 0; sample < samples; sample++)
            {
                Image Picture(ImageFormat format) => FakePictures.Encode(input.Sample(seed, sample, (int)resolution.Resolution), format);
                if (wanted && resolution.Resolution < model.OutputSize)
                {
                    var preview = new Preview { SampleIndex = (uint)sample, Resolution = resolution.Resolution, Image = Picture(request.PreviewFormat) };
                    await events.WriteAsync(new() { Preview = preview });
                }

                if (resolution.Resolution == last)
                {
                    var result = new Result { SampleIndex = (uint)sample, Image = Picture(request.ResultFormat), LrPsnrDb = 41.5f };
                    await events.WriteAsync(new() { Result = result });
                }
            }
        }

        await events.WriteAsync(new() { Completed = FakeModels.Complete(model, last) });
    }
}
