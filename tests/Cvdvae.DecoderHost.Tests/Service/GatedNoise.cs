using System.Collections.Concurrent;
using Cvdvae.Model.Sampling;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>Noise that can keep the device busy in a latent group of a seed for as long as a test wants, and remembers what was asked for.</summary>
internal sealed class GatedNoise : INoiseSource, IDisposable
{
    private readonly PhiloxNoise _noise = new();
    private readonly ManualResetEventSlim _gate = new(true);
    private (ulong Seed, uint Group) _closed;

    /// <summary>The groups of each seed that were run.</summary>
    public ConcurrentDictionary<ulong, uint> LastGroup { get; } = new();

    /// <summary>Is set when the device has come to the gate.</summary>
    public TaskCompletionSource Reached { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Close(ulong seed, uint group)
    {
        Reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _closed = (seed, group);
        _gate.Reset();
    }

    public void Open() => _gate.Set();

    public void Dispose() => _gate.Dispose();

    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        LastGroup.AddOrUpdate(stream.Seed, stream.Group, (_, last) => Math.Max(last, stream.Group));
        if (!_gate.IsSet && (stream.Seed, stream.Group) == _closed)
        {
            Reached.TrySetResult();
            _gate.Wait(TimeSpan.FromSeconds(60));
        }

        _noise.FillNormal(stream, destination);
    }

    public void FillUniform(NoiseStream stream, Span<float> destination) => _noise.FillUniform(stream, destination);
}
