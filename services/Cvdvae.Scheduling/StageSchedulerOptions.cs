using System.ComponentModel.DataAnnotations;

namespace Cvdvae.Scheduling;

/// <summary>Limits and weights of a <see cref="StageScheduler"/>, which checks their ranges when it is made; section <c>Scheduler</c>.</summary>
public sealed class StageSchedulerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Scheduler";

    /// <summary>Which stage this is, in metrics: the tag <c>stage</c>; its range of resolutions, for example.</summary>
    [Required]
    public string Stage { get; set; } = "all";

    /// <summary>
    /// Batches that run at once, from 1 to 64: each on a thread of its own, and a device that can be divided, as the cores of a processor can, gives each its part. One that runs alone has all of the device.
    /// </summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = 1;

    /// <summary>Device memory that the rows of the running batches may need together (<see cref="GroupStep.BytesPerRow"/>), in bytes, an equal part for each lane; a single row always runs. From 1 up; 2 GiB by default.</summary>
    [Range(1L, long.MaxValue)]
    public long MaxBatchBytes { get; set; } = 2L << 30;

    /// <summary>Rows of one batch at most, from 1 to 4096.</summary>
    [Range(1, 4096)]
    public int MaxBatchRows { get; set; } = 64;

    /// <summary>Rows admitted and not finished at most, from 1 to 65536.</summary>
    [Range(1, 65536)]
    public int MaxRows { get; set; } = 256;

    /// <summary>Device time of admitted work beyond which requests are refused, from 1 ms to a day. An idle stage takes any request.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxBacklog { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time after which a refused caller is told to try again, from 1 ms to an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MinRetryAfter { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Device seconds by which a resolution's score falls for every second that it waits, from 0.0001 to 1: the share of the device that it gets while cheaper work never ends.</summary>
    [Range(0.0001, 1)]
    public double AgeingRate { get; set; } = 0.02;

    /// <summary>What the score of rows in the first resolution of their plan is lowered by, in device time from 0 to an hour, so that a first preview goes before finer steps that have aged.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan HeadStart { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Estimated time, with all lanes busy, up to which a step takes all the rows that memory allows, from 1 ms to an hour; a longer step takes more rows only while <see cref="BatchOverhead"/> says that it gains by them.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxStepTime { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Share of a step's time that doesn't depend on its rows, above which more rows are worth a longer step, from 0.001 to 0.9.</summary>
    [Range(0.001, 0.9)]
    public double BatchOverhead { get; set; } = 0.05;
}
