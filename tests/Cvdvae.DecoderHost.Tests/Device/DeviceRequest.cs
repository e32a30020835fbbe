using Cvdvae.DecoderHost.Device;
using Cvdvae.DecoderHost.Models;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Tests.Device;

/// <summary>A request that a test takes through the device by hand, with random feature maps.</summary>
internal sealed class DeviceRequest : IDisposable
{
    private readonly DecodeContext _context;

    public DeviceRequest(
        LoadedDecoder model, int scale, ulong seed, int samples, float temperature = 0.8f, ModelSampling sampling = ModelSampling.Sample, Func<int, bool>? wants = null)
    {
        Sink = new RecordingSink { Wants = wants ?? (_ => true) };
        _context = new DecodeContext(
            model, scale, image => [.. Enumerable.Range(0, samples).Select(sample => new DecodeRow(seed, (uint)sample, temperature, temperature, image))], sampling, Sink);
        foreach (LatentGroup group in NeededMaps.Groups(model, scale))
        {
            _context.Add(RandomFeatures(group, seed + (ulong)group.Resolution));
        }

        Rows = new StageRequest($"request {seed}", model.Plan, [.. Enumerable.Range(0, samples)], Sink) { DeviceContext = _context }.Rows;
    }

    public RecordingSink Sink { get; }

    public IReadOnlyList<StageRow> Rows { get; }

    /// <summary>Leaves the features of the stage before.</summary>
    public void Bring(int position, TensorContent features) => _context.Add(position, features);

    /// <summary>Lets a device do the next piece of work ahead of the steps.</summary>
    public bool WorkAhead(TorchStageDevice device) => device.WorkAhead(Rows[0].Request);

    /// <summary>Runs its rows alone through some steps.</summary>
    public void Run(TorchStageDevice device, int first, int end)
    {
        for (int step = first; step < end; step++)
        {
            device.Run(Rows[0].Request.Plan, step, Rows, sharers: 1);
        }
    }

    public void Dispose() => _context.Dispose();

    private static TensorContent RandomFeatures(LatentGroup group, ulong seed)
    {
        float[] values = new float[group.Width * group.Resolution * group.Resolution];
        new PhiloxNoise().FillNormal(new NoiseStream(seed, 0, 1000), values);
        return new TensorContent(
            TensorType.Float32,
            [1, (uint)group.Width, (uint)group.Resolution, (uint)group.Resolution],
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
    }
}
