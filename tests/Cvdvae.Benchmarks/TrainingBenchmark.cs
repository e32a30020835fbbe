using System.Diagnostics;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>Training steps of a prior on random images: forward, backward, gradient norm, AdamW, moving average.</summary>
internal sealed class TrainingBenchmark : IDisposable
{
    private readonly VdVae _model;
    private readonly FlatParameters _parameters;
    private readonly AdamW _optimizer;
    private readonly Tensor _average;
    private readonly Tensor _levels;
    private readonly Device _device;

    public TrainingBenchmark(PriorArchitecture architecture, int batch, Device device)
    {
        random.manual_seed(0);
        _model = new VdVae(architecture);
        _model.to(device);
        _device = device;
        _parameters = new FlatParameters(_model);
        _optimizer = new AdamW(_parameters, 0.9, 0.9, 0.01);
        _average = _parameters.Values.clone();
        int size = architecture.Hyperparameters.ImageSize;
        _levels = randint(0, 256, [batch, size, size, 3], dtype: ScalarType.Byte, device: device).permute(0, 3, 1, 2);
    }

    public long ParameterCount => _parameters.Values.numel();

    /// <summary>Milliseconds of each step, after one to warm up.</summary>
    public IEnumerable<double> Run(int steps)
    {
        Step();
        return [.. Enumerable.Range(0, steps).Select(_ => Step())];
    }

    public void Dispose()
    {
        _model.Dispose();
        _parameters.Dispose();
        _optimizer.Dispose();
        _average.Dispose();
        _levels.Dispose();
    }

    private double Step()
    {
        long start = Stopwatch.GetTimestamp();
        using DisposeScope scope = NewDisposeScope();
        _parameters.Gradients.zero_();
        Tensor loss = _model.Evaluate(_model.Normalize(_levels), _model.Target(_levels), (_, like) => StandardNormal.Like(like)).Mean();
        loss.backward();
        double norm = _parameters.Gradients.norm().item<float>();
        _optimizer.Step(1.5e-4, Math.Min(1, 200 / (norm + 1e-6)));
        using (no_grad())
        {
            _average.lerp_(_parameters.Values, 0.001);
        }

        TorchRuntime.Finish(_device);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
