using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>Where and how precisely a model runs.</summary>
/// <param name="Device">The device.</param>
/// <param name="Precision">Type of weights and features: Float32 (TF32 stays off), BFloat16 or Float16.</param>
public sealed record InferenceOptions(Device Device, ScalarType Precision)
{
    /// <summary>fp32 on the CPU.</summary>
    public static InferenceOptions Default { get; } = new(CPU, ScalarType.Float32);

    /// <summary>Brings a module to the device, in the precision.</summary>
    /// <returns>The module.</returns>
    public T Place<T>(T module)
        where T : nn.Module
    {
        module.to(Precision);
        module.to(Device);
        return module;
    }

    /// <summary>Reads both from text.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="precision"><c>fp32</c>, <c>bf16</c> or <c>fp16</c>.</param>
    /// <exception cref="ArgumentException">One of them is something else, or the device is not there.</exception>
    public static InferenceOptions Parse(string device, string precision = "fp32") => new(ParseDevice(device), precision switch
    {
        "fp32" => ScalarType.Float32,
        "bf16" => ScalarType.BFloat16,
        "fp16" => ScalarType.Float16,
        _ => throw new ArgumentException($"precision: '{precision}' is not fp32, bf16 or fp16"),
    });

    /// <summary>Reads a device from text.</summary>
    /// <exception cref="ArgumentException">It is not <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, or it is not there.</exception>
    public static Device ParseDevice(string device)
    {
        if (device == "cpu")
        {
            return CPU;
        }

        int index = 0;
        if (device != "cuda" && !(device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), out index) && index >= 0))
        {
            throw new ArgumentException($"device: '{device}' is not cpu, cuda or cuda:N");
        }

        int count = TorchRuntime.CudaDevices;
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException($"device: '{device}' is not there; {(count == 0 ? "no CUDA device is" : $"there are {count} CUDA devices")}");
    }
}
