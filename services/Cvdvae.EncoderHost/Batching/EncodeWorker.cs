using System.Diagnostics;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Runtime;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.ServiceDefaults.Observability;
using Microsoft.Extensions.Options;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.EncoderHost.Batching;

/// <summary>The one thread that runs the networks: what waits of one model and scale goes in one batch, up to its estimated time.</summary>
internal sealed partial class EncodeWorker : IHostedService
{
    private readonly EncodeQueue _queue;
    private readonly EncoderMetrics _metrics;
    private readonly TorchOptions _torch;
    private readonly TimeProvider _time;
    private readonly ILogger<EncodeWorker> _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EncodeWorker(EncodeQueue queue, EncoderMetrics metrics, IOptions<TorchOptions> torch, TimeProvider time, ILogger<EncodeWorker> logger)
    {
        (_queue, _metrics, _torch, _time, _logger) = (queue, metrics, torch.Value, time, logger);
    }

    /// <summary>Time of the last batch on the device.</summary>
    public TimeSpan LastForward { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        TorchThread.Start(Run, "encoder");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Close();
        return _ended.Task.WaitAsync(cancellationToken);
    }

    private static void Deliver(List<EncodeJob> batch, FeaturePyramid pyramid)
    {
        // The coarse maps of all images first: with them decoders can begin.
        foreach (int resolution in pyramid.Resolutions)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                if (batch[i].Resolutions.Contains(resolution))
                {
                    using Tensor map = pyramid[resolution].narrow(0, i, 1);
                    batch[i].Deliver(new FeatureMap(resolution, TensorWire.ToWire(map, batch[i].FeatureType)));
                }
            }
        }
    }

    private static void End(List<EncodeJob> batch, Exception? error)
    {
        foreach (EncodeJob job in batch)
        {
            job.End(error);
        }
    }

    private void Run()
    {
        _torch.ApplyToThread();
        while (_queue.Take() is { } taken)
        {
            var batch = new List<EncodeJob>();
            foreach (EncodeJob job in taken)
            {
                if (job.Cancelled.IsCancellationRequested)
                {
                    _metrics.Cancelled();
                    job.End(new OperationCanceledException(job.Cancelled));
                }
                else
                {
                    _metrics.Waited(_time.GetElapsedTime(job.Queued));
                    batch.Add(job);
                }
            }

            if (batch.Count > 0)
            {
                Run(batch);
            }
        }

        _ended.SetResult();
    }

    private void Run(List<EncodeJob> batch)
    {
        Activity?[] spans = [.. batch.Select(job => Telemetry.Source.StartActivity("encoder forward", ActivityKind.Internal, job.Parent)?.SetTag("cvdvae.batch.images", batch.Count))];
        FeaturePyramid? pyramid = null;
        try
        {
            long start = _time.GetTimestamp();
            pyramid = batch[0].Model.Encode(batch[0].Scale, [.. batch.Select(job => job.Levels)]);
            LastForward = _time.GetElapsedTime(start);
            batch[0].Model.Note(batch[0].Scale, LastForward / batch.Count);
            _metrics.Ran(batch.Count, LastForward);
            Deliver(batch, pyramid);
            End(batch, null);
        }
        catch (Exception error) when (batch.Count > 1 && pyramid is null)
        {
            // Too many for the device's memory, or one that fails alone: the others need not suffer.
            Halved(error, batch.Count);
            Run([.. batch.Take(batch.Count / 2)]);
            Run([.. batch.Skip(batch.Count / 2)]);
        }
        catch (Exception error)
        {
            End(batch, error);
        }
        finally
        {
            pyramid?.Dispose();
            Array.ForEach(spans, span => span?.Dispose());
        }
    }

    [LoggerMessage(300, LogLevel.Warning, "a batch of {Images} images failed and runs again in halves")]
    private partial void Halved(Exception error, int images);
}
