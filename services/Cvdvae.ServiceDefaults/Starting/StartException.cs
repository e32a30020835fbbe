namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>The service can't start as it is configured; the message says by itself what is wrong, a line each.</summary>
public sealed class StartException : Exception
{
    /// <summary>One thing is wrong.</summary>
    public StartException(string problem)
        : this([problem])
    {
    }

    /// <summary>Several things are wrong.</summary>
    public StartException(IReadOnlyList<string> problems)
        : base(string.Join('\n', problems)) => Problems = problems;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Problems { get; }
}
