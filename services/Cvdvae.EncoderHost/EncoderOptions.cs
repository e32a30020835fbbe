using System.ComponentModel.DataAnnotations;

namespace Cvdvae.EncoderHost;

/// <summary>How images are encoded; section <c>Encoder</c>.</summary>
public sealed class EncoderOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Encoder";

    /// <summary>Most images that run in one batch, 1 to 256.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; set; } = 16;

    /// <summary>Estimated time up to which a batch takes images, 1 ms to 1 h; one image always runs. The decoders wait for the whole batch.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan MaxBatchTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Most images that wait; more are refused. 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxWaiting { get; set; } = 256;
}
