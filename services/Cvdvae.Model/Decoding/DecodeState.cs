using Cvdvae.Model.Layers;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// A batch between two latent groups: its rows, the next group, and the features of the last resolution, (B, width, r, r): all that has to cross
/// to another process. Owns the features.
/// </summary>
public sealed class DecodeState : IDisposable
{
    /// <summary>Creates a batch before the first group, or one handed over.</summary>
    /// <param name="rows">The rows, B of them.</param>
    /// <param name="nextGroup">The next group.</param>
    /// <param name="features">Features after the group before it, (B, width, r, r), taken over; null before the first group.</param>
    public DecodeState(IReadOnlyList<DecodeRow> rows, int nextGroup = 0, Tensor? features = null)
    {
        Rows = rows;
        NextGroup = nextGroup;
        Features = features?.DetachFromDisposeScope();
    }

    /// <summary>The rows of the batch.</summary>
    public IReadOnlyList<DecodeRow> Rows { get; private set; }

    /// <summary>The group to run next.</summary>
    public int NextGroup { get; private set; }

    /// <summary>Features after the last group that was run, (B, width, r, r); null before the first.</summary>
    public Tensor? Features { get; private set; }

    /// <summary>Keeps some rows, in the given order, and drops the others.</summary>
    public void Keep(IReadOnlyList<int> rows)
    {
        Rows = [.. rows.Select(row => Rows[row])];
        if (Features is not null)
        {
            using Tensor index = tensor(rows.Select(row => (long)row).ToArray(), device: Features.device);
            Replace(Features.SelectRows(index), NextGroup);
        }
    }

    /// <summary>Joins batches that stand before the same group; they are empty afterwards.</summary>
    /// <exception cref="ArgumentException">There is none, or they stand before different groups.</exception>
    public static DecodeState Join(IReadOnlyList<DecodeState> states)
    {
        if (states.Count == 0 || states.Any(state => state.NextGroup != states[0].NextGroup))
        {
            throw new ArgumentException("All batches must stand before the same group.", nameof(states));
        }

        Tensor? features = states[0].Features is null ? null : cat([.. states.Select(state => state.Features!)], 0);
        var joined = new DecodeState([.. states.SelectMany(state => state.Rows)], states[0].NextGroup, features);
        foreach (DecodeState state in states)
        {
            state.Dispose();
            state.Rows = [];
        }

        return joined;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Features?.Dispose();
        Features = null;
    }

    /// <summary>Takes over new features.</summary>
    internal void Replace(Tensor features, int nextGroup)
    {
        Tensor? old = Features;
        Features = features.DetachFromDisposeScope();
        NextGroup = nextGroup;
        old?.Dispose();
    }
}
