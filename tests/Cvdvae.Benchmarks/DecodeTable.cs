using System.Globalization;
using Cvdvae.Model.Configuration;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>The table of the decode benchmark.</summary>
/// <param name="ours">Ours by name, measured in this process; the first is what the others are compared with.</param>
/// <param name="programs">Others by name, each measured in a process of its own.</param>
/// <param name="architecture">The structure that all of them have.</param>
/// <param name="device">Where ours run.</param>
/// <param name="images">Images in a batch.</param>
internal sealed class DecodeTable(
    IReadOnlyList<(string Name, DecodeBenchmark Benchmark)> ours, IReadOnlyList<(string Name, MeasuredProgram Program)> programs, LowResArchitecture architecture, Device device, int images)
{
    private const int FineFrom = 64;
    private readonly Statistic _fine = new();

    public void Print(int rounds, int runs)
    {
        double rate = MatrixRate.Measure(device);
        Row[] rows = [.. ours.Select(own => new Row(own.Name)), .. programs.Select(program => new Row(program.Name))];
        for (int round = 0; round < rounds; round++)
        {
            for (int own = 0; own < ours.Count; own++)
            {
                Measure(ours[own].Benchmark, rows[own], runs, own == 0 ? _fine : null);
            }

            for (int program = 0; program < programs.Count; program++)
            {
                Measure(programs[program].Program, rows[ours.Count + program], runs);
            }
        }

        double fineRate = images * DecodeCost.Groups(architecture, resolution => resolution >= FineFrom) / _fine.Median / 1e6;
        Console.WriteLine("| ms, median (smallest-largest) | bottom-up | top-down | pixels | total | times ours |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (Row row in rows)
        {
            string name = row.Versions.Length == 0 ? row.Name : $"{row.Name} ({row.Versions})";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {row.BottomUp} | {row.TopDown} | {row.Pixels} | {row.Total} | {row.Total.Median / rows[0].Total.Median:F2} |"));
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Groups from {FineFrom} on: {fineRate:F0} GFLOP/s; product of 2048x2048 matrices before the runs: {rate:F0} GFLOP/s; ratio {fineRate / rate:F2}."));
    }

    private static double Milliseconds(double seconds) => seconds * 1000;

    private void Measure(DecodeBenchmark benchmark, Row row, int runs, Statistic? fine)
    {
        benchmark.Run(images);
        for (int run = 0; run < runs; run++)
        {
            DecodeTimes times = benchmark.Run(images);
            row.BottomUp.Add(times.BottomUp);
            row.TopDown.Add(times.TopDown);
            row.Pixels.Add(times.Pixels);
            row.Total.Add(times.Total);
            fine?.Add(times.Groups.Where(group => group.Resolution >= FineFrom).Sum(group => group.Milliseconds));
        }
    }

    private static void Measure(MeasuredProgram program, Row row, int runs)
    {
        ProgramTimes times = program.Measure(runs);
        row.BottomUp.AddRange(times.Seconds["encode"].Select(Milliseconds));
        row.TopDown.AddRange(times.Seconds["decode"].Select(Milliseconds));
        row.Pixels.AddRange(times.Seconds["pixels"].Select(Milliseconds));
        row.Total.AddRange(times.Seconds["total"].Select(Milliseconds));
        row.Versions = times.Versions;
    }

    private sealed record Row(string Name)
    {
        public string Versions { get; set; } = "";

        public Statistic BottomUp { get; } = new();

        public Statistic TopDown { get; } = new();

        public Statistic Pixels { get; } = new();

        public Statistic Total { get; } = new();
    }
}
