namespace Cvdvae.Benchmarks.Capacity;

/// <summary>Replicas that do the same, each with a queue of its own.</summary>
internal sealed class Station
{
    // When each processor of each replica is free again.
    private readonly double[][] _free;

    /// <summary>Creates it, idle.</summary>
    /// <param name="name">What it is called in tables.</param>
    /// <param name="replicas">Replicas.</param>
    /// <param name="servers">Calls that a replica works on at once.</param>
    public Station(string name, int replicas, int servers)
    {
        Name = name;
        _free = [.. Enumerable.Range(0, replicas).Select(_ => new double[servers])];
    }

    public string Name { get; }

    public int Replicas => _free.Length;

    /// <summary>Seconds that its servers have worked or will.</summary>
    public double Busy { get; private set; }

    /// <summary>Share of the time until <paramref name="end"/> that its servers worked.</summary>
    public double Utilisation(double end) => Busy / (end * _free.Sum(replica => replica.Length));

    /// <summary>Sends a call to the replica with the least work, where it waits for its turn.</summary>
    /// <param name="now">The time, in seconds; never before that of an earlier call.</param>
    /// <param name="seconds">Work of the call.</param>
    /// <returns>When the work is done.</returns>
    public double Serve(double now, double seconds)
    {
        double[] replica = _free.MinBy(servers => servers.Sum(free => Math.Max(0, free - now)))!;
        int server = Array.IndexOf(replica, replica.Min());
        replica[server] = Math.Max(now, replica[server]) + seconds;
        Busy += seconds;
        return replica[server];
    }
}
