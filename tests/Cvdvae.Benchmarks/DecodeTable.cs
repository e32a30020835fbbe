using System.Globalization;
using Cvdvae.Model.Configuration;

namespace Cvdvae.Benchmarks;

/// <summary>The table of the decode benchmark.</summary>
internal sealed class DecodeTable(DecodeBenchmark frozen, DecodeBenchmark channelsLast, DecodeBenchmark channelsFirst, MeasuredProgram plain, MeasuredProgram? official, LowResArchitecture architecture)
{
    private const int FineFrom = 64;
    private readonly Row _ours = new();
    private readonly Row _last = new();
    private readonly Row _first = new();
    private readonly Row _plain = new();
    private readonly Row _theirs = new();
    private readonly Statistic _fine = new();
    private string _versions = "";

    public void Print(int rounds, int runs)
    {
        double rate = MatrixRate.Measure();
        for (int round = 0; round < rounds; round++)
        {
            Measure(frozen, _ours, runs, _fine);
            Measure(channelsLast, _last, runs, null);
            Measure(channelsFirst, _first, runs, null);
            Measure(plain, _plain, runs);
            if (official is not null)
            {
                _versions = Measure(official, _theirs, runs);
            }
        }

        double fineRate = DecodeCost.Groups(architecture, resolution => resolution >= FineFrom) / _fine.Median / 1e6;
        Console.WriteLine("| ms, median (smallest-largest) | bottom-up | top-down | pixels | total | times ours |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        Print("ours: frozen, channels-last", _ours);
        Print("ours, not frozen, channels-last", _last);
        Print("ours, not frozen, channels-first", _first);
        Print("ours, not frozen, channels-first, usual memory allocation", _plain);
        if (official is not null)
        {
            Print($"official ({_versions})", _theirs);
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Groups from {FineFrom} on: {fineRate:F0} GFLOP/s; product of 2048x2048 matrices before the runs: {rate:F0} GFLOP/s; ratio {fineRate / rate:F2}."));
    }

    private static double Milliseconds(double seconds) => seconds * 1000;

    private static void Measure(DecodeBenchmark benchmark, Row row, int runs, Statistic? fine)
    {
        benchmark.Run();
        for (int run = 0; run < runs; run++)
        {
            DecodeTimes times = benchmark.Run();
            row.BottomUp.Add(times.BottomUp);
            row.TopDown.Add(times.TopDown);
            row.Pixels.Add(times.Pixels);
            row.Total.Add(times.Total);
            fine?.Add(times.Groups.Where(group => group.Resolution >= FineFrom).Sum(group => group.Milliseconds));
        }
    }

    private static string Measure(MeasuredProgram program, Row row, int runs)
    {
        ProgramTimes times = program.Measure(runs);
        row.BottomUp.AddRange(times.Seconds["encode"].Select(Milliseconds));
        row.TopDown.AddRange(times.Seconds["decode"].Select(Milliseconds));
        row.Pixels.AddRange(times.Seconds["pixels"].Select(Milliseconds));
        row.Total.AddRange(times.Seconds["total"].Select(Milliseconds));
        return times.Versions;
    }

    private void Print(string name, Row row) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {row.BottomUp} | {row.TopDown} | {row.Pixels} | {row.Total} | {row.Total.Median / _ours.Total.Median:F2} |"));

    private sealed class Row
    {
        public Statistic BottomUp { get; } = new();

        public Statistic TopDown { get; } = new();

        public Statistic Pixels { get; } = new();

        public Statistic Total { get; } = new();
    }
}
