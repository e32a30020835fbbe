namespace Cvdvae.Benchmarks.Capacity;

/// <summary>
/// Calls that go from station to station, one event after the other. What a call costs is fixed, as the latent groups of a request are; only arrivals are random. Batches are left out: a processor
/// gains little by them.
/// </summary>
/// <param name="steps">The way of a call.</param>
internal sealed class StageSimulation(IReadOnlyList<CallStep> steps)
{
    // Calls whose times are left out, while the queues fill.
    private const double WarmUp = 0.1;

    private readonly PriorityQueue<(double Arrival, int Step), double> _events = new();
    private readonly List<(double Arrival, double End)> _ended = [];

    /// <summary>Arrivals at random, so many a second in the mean.</summary>
    public SimulationResult Open(double callsPerSecond, int calls, int seed)
    {
        var random = new Random(seed);
        double time = 0;
        for (int i = 0; i < calls; i++)
        {
            time -= Math.Log(1 - random.NextDouble()) / callsPerSecond;
            _events.Enqueue((time, 0), time);
        }

        return Run(calls, repeat: false);
    }

    /// <summary>Clients that each send a call when the one before has ended.</summary>
    public SimulationResult Closed(int clients, int calls)
    {
        for (int i = 0; i < clients; i++)
        {
            _events.Enqueue((0, 0), 0);
        }

        return Run(calls, repeat: true);
    }

    private SimulationResult Run(int calls, bool repeat)
    {
        while (_ended.Count < calls)
        {
            _events.TryDequeue(out (double Arrival, int Step) call, out double now);
            if (call.Step < steps.Count)
            {
                _events.Enqueue((call.Arrival, call.Step + 1), steps[call.Step].Station.Serve(now, steps[call.Step].Seconds));
                continue;
            }

            _ended.Add((call.Arrival, now));
            if (repeat)
            {
                _events.Enqueue((now, 0), now);
            }
        }

        (double Arrival, double End)[] counted = [.. _ended.Skip((int)(calls * WarmUp))];
        double end = _ended[^1].End;
        return new SimulationResult(
            counted.Length / (end - _ended[(int)(calls * WarmUp) - 1].End),
            Statistic.Of(counted.Select(call => call.End - call.Arrival)),
            [.. steps.Select(step => step.Station).Distinct().Select(station => (station.Name, station.Utilisation(end)))]);
    }
}
