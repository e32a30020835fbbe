using System.CommandLine;
using Cvdvae.Cli.Requests;
using Cvdvae.CommandLine;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>The options that say what load to put on a server and for how long.</summary>
internal sealed class BenchArguments
{
    private const int MostCalls = 10_000;
    private const double LongestTime = 86400;
    private readonly Option<int[]> _concurrency = NumberList.Create("--concurrency", "calls at a time, as 1,2,4 or FIRST:LAST:STEP; 1 by default", 1, MostCalls);
    private readonly Option<double[]> _rate = NumberList.Create("--request-rate", "calls a second instead, as 5,10 or FIRST:LAST:STEP", 0.001, 1e6);

    private readonly Option<ArrivalPattern> _pattern = Choice.Of(
        "--distribution", "how the calls of a rate follow each other, constant by default", ("constant", ArrivalPattern.Constant), ("poisson", ArrivalPattern.Poisson));

    private readonly Option<double> _warmUp = Seconds("--warm-up", "seconds of load before anything is measured, and until the first calls have ended; 0: none", 2, 0);
    private readonly Option<double> _window = Seconds("--window", "seconds of a measurement window", 5, 0.01);
    private readonly Option<int> _mostWindows = CheckedOption.Number("--max-windows", "most windows of a level", 10, 1, 1000);
    private readonly Option<double> _stability = CheckedOption.Number("--stability", "percent by which the last three windows may differ from their mean", 10.0, 0.0, 1000.0);
    private readonly Option<double?> _duration = CheckedOption.OptionalNumber("--duration", "measure this many seconds at each level, instead of windows until they are alike", 0.01, LongestTime);
    private readonly Option<int?> _count = CheckedOption.OptionalNumber("--count", "make this many calls at each level instead", 1, 100_000_000);
    private readonly Option<int> _mostRunning = CheckedOption.Number("--max-running", "running calls of a rate beyond which the next ones wait", 1000, 1, MostCalls);

    /// <summary>Running calls of a rate beyond which the next ones wait.</summary>
    public int MostRunning(ParseResult parsed) => parsed.GetValue(_mostRunning);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_concurrency, _rate, _pattern, _warmUp, _window, _mostWindows, _stability, _duration, _count, _mostRunning])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_concurrency) is { Implicit: false } && result.GetResult(_rate) is { Implicit: false })
            {
                result.AddError("give one of --concurrency and --request-rate");
            }

            if (result.GetResult(_duration) is { Implicit: false } && result.GetResult(_count) is { Implicit: false })
            {
                result.AddError("give one of --duration and --count");
            }
        });
    }

    /// <summary>The levels to measure.</summary>
    public IReadOnlyList<LoadLevel> Levels(ParseResult parsed) => (parsed.GetRequiredValue(_rate), parsed.GetRequiredValue(_concurrency)) switch
    {
        ({ Length: > 0 } rates, _) => [.. rates.Select(rate => new LoadLevel(null, rate))],
        (_, { Length: > 0 } concurrencies) => [.. concurrencies.Select(calls => new LoadLevel(calls, null))],
        _ => [new LoadLevel(1, null)],
    };

    /// <summary>When the calls of a rate are due.</summary>
    public IEnumerable<TimeSpan> Arrivals(ParseResult parsed, double rate, int seed) =>
        parsed.GetValue(_pattern) == ArrivalPattern.Poisson ? ArrivalTimes.Poisson(rate, seed) : ArrivalTimes.Constant(rate);

    /// <summary>How long to measure.</summary>
    public BenchOptions Options(ParseResult parsed) => new()
    {
        WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        Window = TimeSpan.FromSeconds(parsed.GetValue(_window)),
        MostWindows = parsed.GetValue(_mostWindows),
        Stability = parsed.GetValue(_stability) / 100,
        Duration = parsed.GetValue(_duration) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Count = parsed.GetValue(_count),
    };

    private static Option<double> Seconds(string name, string description, double initial, double least) =>
        CheckedOption.Number(name, description, initial, least, LongestTime);
}
