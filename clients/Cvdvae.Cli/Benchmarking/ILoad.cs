namespace Cvdvae.Cli.Benchmarking;

/// <summary>Keeps a server under load.</summary>
internal interface ILoad
{
    /// <summary>Completes when the calls that all began at once have ended: they wait for each other as no later ones do.</summary>
    Task FirstCallsEnded { get; }

    /// <summary>Makes calls until it is stopped or all are made.</summary>
    /// <param name="record">Takes each ended call; called by several threads.</param>
    /// <param name="most">Calls to make; null: until it is stopped.</param>
    /// <param name="stop">Stops; running calls are cancelled.</param>
    Task RunAsync(Action<CallRecord> record, int? most, CancellationToken stop);
}
