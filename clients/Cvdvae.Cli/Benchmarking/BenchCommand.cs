using System.CommandLine;
namespace Cvdvae.Cli.Benchmarking;
internal static class BenchCommand { public static Command Create() => new("bench", ""); }
