using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary>The option <c>--device</c>: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
internal static class DeviceOption
{
    private const string Name = "--device";
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    public static Option<string> Create()
    {
        var option = new Option<string>(Name) { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => Cpu };
        option.Validators.Add(Validate);
        return option;
    }

    /// <summary>The device that was asked for.</summary>
    /// <exception cref="ArgumentException">The machine does not have it, or this build can't use it.</exception>
    public static Device Read(ParseResult parsed, Option<string> option)
    {
        string text = parsed.GetRequiredValue(option);
        if (text == Cpu)
        {
            return CPU;
        }

        int count = TorchRuntime.CudaDevices;
        int index = Index(text) ?? 0;
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException(count == 0
                ? $"{Name}: {text}: there is no CUDA device that this build can use; builds for CUDA are made with -p:TorchBackend=cuda"
                : $"{Name}: {text}: there are the devices cuda:0 to cuda:{count - 1}");
    }

    private static void Validate(OptionResult result)
    {
        string text = result.GetValueOrDefault<string>();
        if (text is not (Cpu or Cuda) && Index(text) is null)
        {
            result.AddError($"{Name}: '{text}' is not cpu, cuda or cuda:N");
        }
    }

    private static int? Index(string text) =>
        text.StartsWith($"{Cuda}:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;
}
