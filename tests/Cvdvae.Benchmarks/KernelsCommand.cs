using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary><c>kernels</c>: the convolutions of a large model one by one, frozen and not, in GFLOP/s.</summary>
internal static class KernelsCommand
{
    // As many inputs as are larger than the caches together, one after the other: in a network each layer's input was written by another.
    private const long InputBytes = 64 << 20;

    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "runs of each", DefaultValueFactory = _ => 20 };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => 2 };
        var command = new Command("kernels", "single convolutions, frozen and not, one image, in GFLOP/s") { runs, threads };
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply(parsed.GetValue(threads));
            Console.WriteLine("| resolution | 1x1, 512 to 128: not frozen | frozen | 1x1, 128 to 512: not frozen | frozen | 3x3, 128 to 128: not frozen | frozen |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
            foreach (int resolution in (int[])[4, 8, 16, 32, 64, 128])
            {
                Func<Conv2d>[] kinds = [() => nn.Conv2d(512, 128, 1), () => nn.Conv2d(128, 512, 1), () => nn.Conv2d(128, 128, 3, padding: 1)];
                IEnumerable<string> rates = kinds.SelectMany(kind => Rates(kind, resolution, parsed.GetValue(runs))).Select(rate => rate.ToString("F0", CultureInfo.InvariantCulture));
                Console.WriteLine($"| {resolution} | {string.Join(" | ", rates)} |");
            }

            return 0;
        });
        return command;
    }

    // Both in turn.
    private static double[] Rates(Func<Conv2d> create, int resolution, int runs)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        using Conv2d convolution = create();
        long[] weight = convolution.weight.shape;
        double operations = 2.0 * resolution * resolution * convolution.weight.numel();
        using var live = Kernel.Of(convolution, resolution);
        using var frozen = Kernel.Of(convolution, resolution);
        frozen.Freeze();
        long pixels = (long)resolution * resolution;
        Tensor[] inputs = [.. Enumerable.Range(0, (int)Math.Clamp(InputBytes / (pixels * weight[1] * sizeof(float)), 2, 64))
            .Select(_ => randn(1, resolution, resolution, weight[1]).permute(0, 3, 1, 2))];
        var times = new Statistic[] { new(), new() };
        for (int run = -inputs.Length; run < runs; run++)
        {
            Tensor input = inputs[(run + inputs.Length) % inputs.Length];
            foreach ((Kernel kernel, Statistic time) in new[] { live, frozen }.Zip(times))
            {
                long start = Stopwatch.GetTimestamp();
                kernel.Of(input).Dispose();
                if (run >= 0)
                {
                    time.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        return [.. times.Select(time => operations / time.Median / 1e9)];
    }
}
