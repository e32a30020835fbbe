using System.CommandLine;

namespace Cvdvae.Benchmarks;

/// <summary>How much the serving benchmark measures.</summary>
/// <param name="Rounds">Rounds, in each of which the batches in process and the clients have their turn.</param>
/// <param name="Runs">Decodes in process for each round, and as many single calls, one after the other.</param>
/// <param name="Clients">Clients that call at once, each again as soon as its result is there.</param>
/// <param name="LargestBatch">Images in the largest batch in process, 1 to 16.</param>
/// <param name="Seconds">Seconds of load with one client and with all, and of each batch in process.</param>
internal sealed record ServingPlan(int Rounds, int Runs, int Clients, int LargestBatch, int Seconds)
{
    public static Arguments CreateArguments() => new(
        new Option<int>("--rounds") { Description = "rounds of the load, in each of which batches in process and clients have their turn", DefaultValueFactory = _ => 3 },
        new Option<int>("--runs") { Description = "decodes in process for each round, and single calls, one after the other", DefaultValueFactory = _ => 5 },
        new Option<int>("--clients") { Description = "clients that call at once", DefaultValueFactory = _ => 16 },
        new Option<int>("--largest-batch") { Description = "images in the largest batch in process, up to 16: a large model's needs gigabytes", DefaultValueFactory = _ => 16 },
        new Option<int>("--seconds") { Description = "seconds of load at least", DefaultValueFactory = _ => 20 });

    public IEnumerable<string> ToArguments() => ["--rounds", $"{Rounds}", "--runs", $"{Runs}", "--clients", $"{Clients}", "--largest-batch", $"{LargestBatch}", "--seconds", $"{Seconds}"];

    /// <summary>The options of the command line.</summary>
    public sealed record Arguments(Option<int> Rounds, Option<int> Runs, Option<int> Clients, Option<int> LargestBatch, Option<int> Seconds)
    {
        public void AddTo(Command command)
        {
            foreach (Option<int> option in (Option<int>[])[Rounds, Runs, Clients, LargestBatch, Seconds])
            {
                command.Options.Add(option);
            }
        }

        public ServingPlan Of(ParseResult parsed) => new(parsed.GetValue(Rounds), parsed.GetValue(Runs), parsed.GetValue(Clients), parsed.GetValue(LargestBatch), parsed.GetValue(Seconds));
    }
}
