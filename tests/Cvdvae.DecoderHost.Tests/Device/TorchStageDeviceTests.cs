using Cvdvae.DecoderHost.Device;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using Xunit;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Tests.Device;

[Collection(ProcessWide.Name)]
public sealed class TorchStageDeviceTests(SmallDecoder decoder) : IClassFixture<SmallDecoder>
{
    private readonly TorchStageDevice _device = new(new PhiloxNoise());

    private LoadedDecoder Whole => decoder.Whole;

    private int Steps => Whole.Plan.Steps.Count;

    [Fact]
    public void Run_StrangersInOneBatch_GivesEachWhatItGetsAlone()
    {
        List<RecordingSink> alone = [.. Strangers().Select(request =>
        {
            using (request)
            {
                request.Run(_device, 0, Steps);
                _device.Release(request.Rows);
                return request.Sink;
            }
        })];
        List<DeviceRequest> together = Strangers();
        List<StageRow> rows = [.. together.SelectMany(request => request.Rows)];

        for (int step = 0; step < Steps; step++)
        {
            _device.Run(Whole.Plan, step, rows, sharers: 1);
        }

        AssertSame(alone, together);
        _device.Release(rows);
        together.ForEach(request => request.Dispose());
    }

    [Fact]
    public void Run_RowsSplitAndJoinedInAnyOrder_GivesTheSame()
    {
        List<DeviceRequest> reference = Strangers();
        reference.ForEach(request => request.Run(_device, 0, Steps));
        List<DeviceRequest> mixed = Strangers();
        List<StageRow> rows = [.. mixed.SelectMany(request => request.Rows)];
        var random = new Random(7);
        for (int step = 0; step < Steps; step++)
        {
            StageRow[] shuffled = [.. rows];
            random.Shuffle(shuffled);
            int cut = random.Next(1, shuffled.Length);
            _device.Run(Whole.Plan, step, shuffled[..cut], sharers: 1);
            _device.Run(Whole.Plan, step, shuffled[cut..], sharers: 1);
        }

        AssertSame([.. reference.Select(request => request.Sink)], mixed);
        foreach (DeviceRequest request in reference.Concat(mixed))
        {
            _device.Release(request.Rows);
            request.Dispose();
        }
    }

    [Fact]
    public async Task Run_RowsOfOneRequestOnTwoThreads_GiveTheSame()
    {
        using var reference = new DeviceRequest(Whole, 4, 5, 6);
        reference.Run(_device, 0, Steps);
        for (int repetition = 0; repetition < 10; repetition++)
        {
            using var divided = new DeviceRequest(Whole, 4, 5, 6);
            StageRow[] rows = [.. divided.Rows];

            // The first steps together: then both threads hold parts of one batch.
            for (int step = 0; step < repetition; step++)
            {
                _device.Run(Whole.Plan, step, rows, sharers: 1);
            }

            await Task.WhenAll(Range(repetition, rows[..3]), Range(repetition, rows[3..]));

            AssertSame([reference.Sink], [divided]);
            _device.Release(rows);
        }

        _device.Release(reference.Rows);

        Task Range(int first, StageRow[] rows) => Task.Run(() =>
        {
            for (int step = first; step < Steps; step++)
            {
                Assert.InRange(_device.Run(Whole.Plan, step, rows, sharers: 2), 0.01, 0.5);
            }
        });
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    [InlineData(100, 6)]
    public void WorkAhead_SomePiecesBeforeEachStep_GivesTheSame(int pieces, int samples)
    {
        using var reference = new DeviceRequest(Whole, 4, 5, samples);
        reference.Run(_device, 0, Steps);
        using var ahead = new DeviceRequest(Whole, 4, 5, samples);
        int done = 0;
        for (int step = 0; step < Steps; step++)
        {
            for (int piece = 0; piece < pieces && ahead.WorkAhead(_device); piece++)
            {
                done++;
            }

            ahead.Run(_device, step, step + 1);
        }

        AssertSame([reference.Sink], [ahead]);
        Assert.False(pieces > 0 && ahead.WorkAhead(_device));
        Assert.InRange(done, pieces == 0 ? 0 : 3, pieces == 0 ? 0 : Whole.Prior.Groups.Count);
        _device.Release(reference.Rows);
        _device.Release(ahead.Rows);
    }

    [Fact]
    public async Task WorkAhead_BesideTheSteps_GivesTheSame()
    {
        using var reference = new DeviceRequest(Whole, 4, 5, 2);
        reference.Run(_device, 0, Steps);
        for (int repetition = 0; repetition < 20; repetition++)
        {
            using var request = new DeviceRequest(Whole, 4, 5, 2);
            Task ahead = WorkAheadBeside(request);
            request.Run(_device, 0, Steps);

            await ahead;
            AssertSame([reference.Sink], [request]);
            _device.Release(request.Rows);
        }

        _device.Release(reference.Rows);
    }

    [Fact]
    public async Task WorkAhead_RequestThatEndsMeanwhile_Stops()
    {
        for (int repetition = 0; repetition < 20; repetition++)
        {
            var request = new DeviceRequest(Whole, 4, 5, 2);
            Task ahead = WorkAheadBeside(request);

            request.Dispose();

            await ahead;
            Assert.False(request.WorkAhead(_device));
        }
    }

    [Fact]
    public void WorkAhead_ManySamples_KeepsABoundedPart()
    {
        const int samples = 1 << 15;
        var noise = new CountingNoise();
        var device = new TorchStageDevice(noise);
        using var request = new DeviceRequest(Whole, 4, 5, samples);
        while (request.WorkAhead(device))
        {
        }

        // A part for the image and the numbers of one row more than 4 MiB at most.
        Assert.InRange(noise.Numbers, 1 << 19, (1 << 20) + (1 << 16));
        device.Release(request.Rows);
    }

    [Fact]
    public void WorkAhead_Fails_TheStepsGiveTheSame()
    {
        using var reference = new DeviceRequest(Whole, 4, 5, 2);
        reference.Run(_device, 0, Steps);
        var failing = new TorchStageDevice(new FailingNoise(1));
        using var request = new DeviceRequest(Whole, 4, 5, 2);

        Assert.False(request.WorkAhead(failing));

        request.Run(failing, 0, Steps);
        AssertSame([reference.Sink], [request]);
        failing.Release(request.Rows);
        _device.Release(reference.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(25)]
    [InlineData(59)] // in the pixels
    public void Run_OutOfMemory_LeavesTheRowsForATryInParts(int after)
    {
        using var reference = new DeviceRequest(Whole, 2, 5, 6);
        reference.Run(_device, 0, Steps);
        using var request = new DeviceRequest(Whole, 2, 5, 6);
        var failing = new TorchStageDevice(new FailingNoise(after));
        int failures = 0;
        for (int step = 0; step < Steps; step++)
        {
            try
            {
                failing.Run(Whole.Plan, step, request.Rows, sharers: 1);
            }
            catch (OutOfDeviceMemoryException)
            {
                failures++;
                failing.Run(Whole.Plan, step, [.. request.Rows.Skip(3)], sharers: 1);
                failing.Run(Whole.Plan, step, [.. request.Rows.Take(3)], sharers: 1);
            }
        }

        Assert.Equal(1, failures);
        AssertSame([reference.Sink], [request]);
        _device.Release(reference.Rows);
        _device.Release(request.Rows);
    }

    [Fact]
    public void Run_OtherError_IsPassedOnAsItIs()
    {
        using var request = new DeviceRequest(Whole, 2, 5, 1);
        var failing = new TorchStageDevice(new BrokenNoise());

        Assert.Throws<NotSupportedException>(() => failing.Run(Whole.Plan, 0, request.Rows, sharers: 1));
    }

    [Fact]
    public void Run_TwoStages_GiveWhatOneGives()
    {
        foreach (int scale in (int[])[2, 4])
        {
            using var whole = new DeviceRequest(Whole, scale, 9, 3);
            whole.Run(_device, 0, Steps);
            using var coarse = new DeviceRequest(decoder.Coarse, scale, 9, 3);
            coarse.Run(_device, 0, decoder.Coarse.Plan.Steps.Count);
            using var fine = new DeviceRequest(decoder.Fine, scale, 9, 3);
            foreach ((int position, TensorContent features) in coarse.Sink.HandedOver)
            {
                fine.Bring(position, features);
            }

            fine.Run(_device, 0, decoder.Fine.Plan.Steps.Count);

            Assert.Equal(3, coarse.Sink.HandedOver.Count);
            var staged = new RecordingSink();
            foreach (((int position, int resolution), TensorContent levels) in coarse.Sink.Frames.Concat(fine.Sink.Frames))
            {
                staged.Frame(position, resolution, levels);
            }

            Assert.Equal(whole.Sink.Frames.Keys.Order(), staged.Frames.Keys.Order());
            LevelAssert.SameDraw(All([whole.Sink]), All([staged]));
            _device.Release(whole.Rows);
            _device.Release(coarse.Rows);
            _device.Release(fine.Rows);
        }
    }

    [Fact]
    public void Run_SomeResolutionsWanted_MakesThoseAndTheLast()
    {
        using var request = new DeviceRequest(Whole, 4, 3, 2, wants: resolution => resolution == 4);

        request.Run(_device, 0, Steps);

        Assert.Equal([(0, 4), (0, 16), (1, 4), (1, 16)], request.Sink.Frames.Keys.Order());
        Assert.Equal([4u, 4u, 3u], request.Sink.Frames[(1, 4)].Shape);
        Assert.Equal([16u, 16u, 3u], request.Sink.Frames[(1, 16)].Shape);
        _device.Release(request.Rows);
    }

    [Fact]
    public void RunAndRelease_RowsOfAllKinds_LeaveNoTensors()
    {
        Cycle();
        long before = LiveTensors.AfterCollection();
        for (int repetition = 0; repetition < 20; repetition++)
        {
            Cycle();
            Assert.Equal(before, LiveTensors.Now);
        }
    }

    [Fact]
    public void WarmUp_Model_MeasuresEveryStepAndLeavesNoTensors()
    {
        var measured = new List<int>();
        DecoderWarmUp.Run(Whole, (_, _) => { }, TestContext.Current.CancellationToken);
        long before = LiveTensors.AfterCollection();

        DecoderWarmUp.Run(Whole, (step, time) => measured.Add(time > TimeSpan.Zero ? step : -1), TestContext.Current.CancellationToken);
        DecoderWarmUp.Run(decoder.Coarse, (_, _) => { }, TestContext.Current.CancellationToken);
        DecoderWarmUp.Run(decoder.Fine, (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, Steps), measured);
        Assert.True(Whole.Costs.SecondsPerSample > 0);
        Assert.Equal(before, LiveTensors.Now);
    }

    private void Cycle()
    {
        using var finished = new DeviceRequest(Whole, 2, 1, 3);
        using var cancelled = new DeviceRequest(Whole, 4, 2, 2);
        using var failed = new DeviceRequest(Whole, 2, 3, 2);
        StageRow[] all = [.. finished.Rows, .. cancelled.Rows, .. failed.Rows];
        _device.Run(Whole.Plan, 0, all, sharers: 1);
        _device.Run(Whole.Plan, 1, all, sharers: 1);
        Assert.Throws<OutOfDeviceMemoryException>(() => new TorchStageDevice(new FailingNoise(3)).Run(Whole.Plan, 2, failed.Rows.Concat(finished.Rows).ToArray(), sharers: 1));
        _device.Release(failed.Rows);
        _device.Run(Whole.Plan, 2, [cancelled.Rows[1], finished.Rows[0]], sharers: 1);
        _device.Release(cancelled.Rows);
        _device.Run(Whole.Plan, 2, [finished.Rows[2], finished.Rows[1]], sharers: 1);
        finished.Run(_device, 3, Steps);
        _device.Release([finished.Rows[1]]);
        _device.Release([finished.Rows[0], finished.Rows[2]]);
    }

    private List<DeviceRequest> Strangers() =>
    [
        new(Whole, 2, 11, 3),
        new(Whole, 4, 12, 2, temperature: 0.5f, sampling: ModelSampling.Mode),
        new(Whole, 2, 13, 1, temperature: 0, sampling: ModelSampling.Mean),
        new(Whole, 4, ulong.MaxValue, 2, temperature: 1),
    ];

    private Task WorkAheadBeside(DeviceRequest request) => Task.Run(() =>
    {
        while (request.WorkAhead(_device))
        {
        }
    });

    private static void AssertSame(List<RecordingSink> expected, List<DeviceRequest> actual)
    {
        for (int request = 0; request < expected.Count; request++)
        {
            Assert.Equal(expected[request].Frames.Keys.Order(), actual[request].Sink.Frames.Keys.Order());
        }

        LevelAssert.SameDraw(All(expected), All(actual.Select(request => request.Sink)));
    }

    private static byte[] All(IEnumerable<RecordingSink> sinks) =>
        [.. sinks.SelectMany(sink => sink.Frames.OrderBy(entry => entry.Key).SelectMany(entry => entry.Value.Data.ToArray()))];

    private sealed class CountingNoise : INoiseSource
    {
        public long Numbers { get; private set; }

        public void FillNormal(NoiseStream stream, Span<float> destination) => Numbers += destination.Length;

        public void FillUniform(NoiseStream stream, Span<float> destination) => throw new NotSupportedException();
    }

    private sealed class BrokenNoise : INoiseSource
    {
        public void FillNormal(NoiseStream stream, Span<float> destination) => throw new NotSupportedException();

        public void FillUniform(NoiseStream stream, Span<float> destination) => throw new NotSupportedException();
    }
}
