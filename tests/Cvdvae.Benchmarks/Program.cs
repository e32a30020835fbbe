using Cvdvae.Benchmarks;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;

TorchRuntime.Apply(args.Length > 2 ? int.Parse(args[2]) : null);
string json = args[0];
using var bench = new DecodeBenchmark(HyperparameterFile.ReadPrior(json), HyperparameterFile.ReadLowRes(json)!, 1, args[1] != "nchw");
for (int i = 0; i < 6; i++)
{
    DecodeTimes t = bench.Run();
    Console.WriteLine($"bottom-up {t.BottomUp:F0} top-down {t.TopDown:F0} pixels {t.Pixels:F0} total {t.Total:F0}  {string.Join(" ", t.Levels.Select(l => $"{l.Resolution}:{l.Milliseconds:F0}"))}");
}
