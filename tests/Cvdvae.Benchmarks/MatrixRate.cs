using System.Diagnostics;
using Cvdvae.Model.Runtime;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>What a device gives at best to dense single-precision arithmetic.</summary>
internal static class MatrixRate
{
    private const int Size = 2048;
    private const int Runs = 9;

    /// <summary>GFLOP/s of a product of two square matrices on a device, median.</summary>
    public static double Measure(Device device)
    {
        using Tensor a = rand([Size, Size], device: device);
        using Tensor b = rand([Size, Size], device: device);
        var rate = new List<double>();
        for (int run = 0; run < Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            using Tensor product = a.mm(b);
            TorchRuntime.Finish(device);
            rate.Add(2.0 * Size * Size * Size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return rate.Order().ElementAt(Runs / 2);
    }
}
