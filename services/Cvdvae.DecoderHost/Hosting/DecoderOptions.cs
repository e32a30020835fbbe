using System.ComponentModel.DataAnnotations;

namespace Cvdvae.DecoderHost.Hosting;

/// <summary>The decoder, or a stage of it; section <c>Decoder</c>.</summary>
public sealed class DecoderOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decoder";

    /// <summary>Resolutions of this stage, <c>first-last</c>, both inclusive; empty: all of every model. A model that they don't fit is not loaded.</summary>
    public string Stages { get; set; } = "";

    /// <summary>Address of the next stage; empty: none.</summary>
    public string Next { get; set; } = "";

    /// <summary>Type of features on the wire, from the encoder and to the next stage: <c>fp32</c>, <c>fp16</c> or <c>bf16</c>.</summary>
    public string FeatureType { get; set; } = "fp32";

    /// <summary>Bytes of features that the stage before may send ahead, 1 MiB and up.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long HandOverBytes { get; set; } = 512L << 20;

    /// <summary>Bytes of previews that may wait for a slow reader before older ones give way to newer ones, 64 KiB to 1 GiB.</summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxWaitingPreviewBytes { get; set; } = 4 << 20;

    /// <summary>How long the later stages may take to say what they have, when a request's time is up, 0 s to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan LaterStagesGrace { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often the encoder and the next stage are asked what they have loaded, 50 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:05:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan NeighbourInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what a neighbour said last still counts when it does not answer, 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan NeighbourRetain { get; set; } = TimeSpan.FromSeconds(10);
}
