using System.Diagnostics.Metrics;
using Cvdvae.EncoderHost.Batching;
using Cvdvae.EncoderHost.Encoding;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Cvdvae.EncoderHost.Tests.Batching;

public sealed class BatchingTests
{
    [Fact]
    public async Task Encode_WhatWaitsMeanwhile_RunsInOneBatchWithTheSameResults()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync(settings: [("Encoder:MaxBatch", "4"), ("Encoder:MaxBatchTime", "00:00:10")]);
        using MeterListener listener = Batches(app, out List<int> batches);
        EncodeRequest[] requests = [await app.RequestAsync(0), await app.RequestAsync(1)];
        BlockingLevels busy = await BlockAsync(app);

        Task<List<(int, TensorContent)>>[] running = [.. Enumerable.Range(0, 6).Select(i => app.EncodeAsync(requests[i % 2]))];
        await InTime.Until(() => app.Queue.Count == 6);
        busy.Release();

        for (int i = 0; i < running.Length; i++)
        {
            ReferenceMaps.AssertClose(i % 2, await running[i].WithinLimit(), 1e-4);
        }

        Assert.Equal([1, 4, 2], batches);
    }

    [Fact]
    public async Task Encode_CallerLeavesWhileItWaits_NeverRuns()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        using MeterListener listener = Batches(app, out List<int> batches);
        EncodeRequest request = await app.RequestAsync();
        BlockingLevels busy = await BlockAsync(app);
        using var cancellation = new CancellationTokenSource();
        Task<List<(int, TensorContent)>> leaving = app.EncodeAsync(request, cancellation);
        Task<List<(int, TensorContent)>> staying = app.EncodeAsync(request);
        await InTime.Until(() => app.Queue.Count == 2);

        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => leaving.WithinLimit())).StatusCode);
        await InTime.Until(() => app.Logs.Lines.Any(line => line.Text.Contains("Cancelled", StringComparison.OrdinalIgnoreCase)));
        busy.Release();

        ReferenceMaps.AssertClose(0, await staying.WithinLimit(), 1e-4);
        Assert.Equal([1, 1], batches);
        Assert.DoesNotContain(app.Logs.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Encode_TooManyWait_IsRefusedWithADelay()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync(settings: ("Encoder:MaxWaiting", "2"));
        EncodeRequest request = await app.RequestAsync();
        BlockingLevels busy = await BlockAsync(app);
        Task<List<(int, TensorContent)>>[] waiting = [app.EncodeAsync(request), app.EncodeAsync(request)];
        await InTime.Until(() => app.Queue.Count == 2);

        RpcException error = await app.RefusedAsync(request);
        busy.Release();

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.NotNull(RpcErrors.RetryDelay(error));
        await Task.WhenAll(waiting).WithinLimit();
        ReferenceMaps.AssertClose(0, await app.EncodeAsync(request), 1e-4);
    }

    [Fact]
    public async Task Stop_WhileImagesWait_TheyAreStillEncoded()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest request = await app.RequestAsync();
        BlockingLevels busy = await BlockAsync(app);
        Task<List<(int, TensorContent)>> waiting = app.EncodeAsync(request);
        await InTime.Until(() => app.Queue.Count == 1);

        Task stop = app.App.StopAsync(TestContext.Current.CancellationToken);
        await InTime.Until(async () => await app.HealthAsync() == ServingStatus.NotServing);
        Assert.Equal(StatusCode.Unavailable, (await app.RefusedAsync(request)).StatusCode);
        busy.Release();

        ReferenceMaps.AssertClose(0, await waiting.WithinLimit(), 1e-4);
        await stop.WithinLimit();
    }

    [Fact]
    public async Task Run_OneImageFails_TheOthersOfItsBatchDoNot()
    {
        await using EncoderApp app = await EncoderApp.StartReadyAsync();
        EncodeRequest request = await app.RequestAsync();
        BlockingLevels busy = await BlockAsync(app);
        EncodeJob broken = Job(app, new byte[10_000]);
        Assert.True(app.Queue.TryAdd(broken));
        Task<List<(int, TensorContent)>>[] others = [app.EncodeAsync(request), app.EncodeAsync(request)];
        await InTime.Until(() => app.Queue.Count == 3);
        busy.Release();

        Assert.All(await Task.WhenAll(others).WithinLimit(), maps => ReferenceMaps.AssertClose(0, maps, 1e-4));
        await Assert.ThrowsAnyAsync<Exception>(() => broken.Maps.Completion.WithinLimit());
    }

    /// <summary>Keeps the worker busy with an image until it is released.</summary>
    private static async Task<BlockingLevels> BlockAsync(EncoderApp app)
    {
        var levels = new BlockingLevels();
        Assert.True(app.Queue.TryAdd(Job(app, levels.Levels)));
        await levels.Entered.WithinLimit();
        return levels;
    }

    private static EncodeJob Job(EncoderApp app, ReadOnlyMemory<byte> levels) => new(app.App.Services.GetRequiredService<ModelRepository<EncoderModel>>().Lease("tiny"))
    {
        Scale = TinyModel.Scale,
        Levels = levels,
        FeatureType = TensorType.Float32,
        Resolutions = new HashSet<int> { 1 },
        Cancelled = CancellationToken.None,
    };

    /// <summary>The sizes of the batches from now on.</summary>
    private static MeterListener Batches(EncoderApp app, out List<int> batches)
    {
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        var sizes = new List<int>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Telemetry.Name && instrument.Meter.Scope == meters && instrument.Name == "cvdvae.encoder.batch.images")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, size, _, _) => sizes.Add(size));
        listener.Start();
        batches = sizes;
        return listener;
    }
}
