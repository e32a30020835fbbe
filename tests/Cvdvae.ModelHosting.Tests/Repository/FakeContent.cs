namespace Cvdvae.ModelHosting.Tests.Repository;

/// <summary>What a loader makes of a model; counts how often it is freed.</summary>
internal sealed class FakeContent : IDisposable
{
    private int _disposals;

    public FakeContent(string hash) => Hash = hash;

    public string Hash { get; }

    public int Disposals => Volatile.Read(ref _disposals);

    public void Dispose() => Interlocked.Increment(ref _disposals);
}
