using System.Diagnostics;
using System.Threading.Channels;
using Cvdvae.EncoderHost.Encoding;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.V1;

namespace Cvdvae.EncoderHost.Batching;

/// <summary>One image to encode. It owns its lease of the model and gives it back when it ends.</summary>
internal sealed class EncodeJob
{
    private readonly ModelLease<EncoderModel> _lease;
    private readonly Channel<FeatureMap> _maps = Channel.CreateUnbounded<FeatureMap>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Takes over a lease.</summary>
    public EncodeJob(ModelLease<EncoderModel> lease) => _lease = lease;

    /// <summary>The networks.</summary>
    public EncoderModel Model => _lease.Content;

    /// <summary>The scale, one of the model's.</summary>
    public required int Scale { get; init; }

    /// <summary>Levels, rows of RGB, of the size that the scale takes.</summary>
    public required ReadOnlyMemory<byte> Levels { get; init; }

    /// <summary>Type of the maps on the wire.</summary>
    public required TensorType FeatureType { get; init; }

    /// <summary>Resolutions that are wanted.</summary>
    public required IReadOnlySet<int> Resolutions { get; init; }

    /// <summary>The caller has left.</summary>
    public required CancellationToken Cancelled { get; init; }

    /// <summary>Span of the call.</summary>
    public ActivityContext Parent { get; init; } = Activity.Current?.Context ?? default;

    /// <summary>Timestamp of when it began to wait.</summary>
    public long Queued { get; set; }

    /// <summary>The maps, coarse to fine, as they are ready.</summary>
    public ChannelReader<FeatureMap> Maps => _maps.Reader;

    /// <summary>Whether two jobs can run in one batch.</summary>
    public bool FitsWith(EncodeJob other) => Model == other.Model && Scale == other.Scale;

    /// <summary>Hands over a map.</summary>
    public void Deliver(FeatureMap map) => _maps.Writer.TryWrite(map);

    /// <summary>Ends it: all maps were handed over, or an error stands for the rest.</summary>
    public void End(Exception? error = null)
    {
        _maps.Writer.TryComplete(error);
        _lease.Dispose();
    }
}
