using System.ComponentModel.DataAnnotations;
using Cvdvae.Model.Runtime;

namespace Cvdvae.ModelHosting.Runtime;

/// <summary>Where and how precisely models run; section <c>Torch</c>.</summary>
public sealed class TorchOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Torch";

    // Each lane has its batch's activations in memory.
    private const int MostLanes = 8;

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Type of weights and features: <c>fp32</c>, <c>bf16</c> or <c>fp16</c>.</summary>
    public string Precision { get; set; } = "fp32";

    /// <summary>Threads inside an operation, 1 to 1024; 0: as many as the processor quota allows.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Applies the settings of libtorch to the process, and the number of threads to the calling thread, whose operations use it.</summary>
    public void ApplyToThread() => TorchRuntime.Apply(Threads == 0 ? null : Threads);

    /// <summary>Batches that run at once unless configured otherwise: on a processor as many as there are threads, up to 8, since several operations of one thread each do more than one of several; on a graphics card one.</summary>
    public int DefaultLanes() => Device == "cpu" ? Math.Min(MostLanes, Threads == 0 ? ProcessorQuota.Threads() : Threads) : 1;

    /// <summary>Device and precision.</summary>
    /// <exception cref="ArgumentException">One of them is unknown, or the device is not there.</exception>
    public InferenceOptions ToInferenceOptions() => InferenceOptions.Parse(Device, Precision);
}
