namespace Cvdvae.CommandLine;

/// <summary>What the programs of this project exit with.</summary>
public static class ExitStatus
{
    /// <summary>All went well.</summary>
    public const int Done = 0;

    /// <summary>An error; one line on standard error says which.</summary>
    public const int Failed = 1;

    /// <summary>Wrong arguments.</summary>
    public const int WrongUsage = 2;

    /// <summary>Stopped half-way: what shells report after Ctrl-C.</summary>
    public const int Stopped = 130;
}
