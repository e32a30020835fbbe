namespace Cvdvae.Scheduling.Costs;

/// <summary>Rows that a step's batch may have since it last ran out of memory: halved each time, one more after enough batches at the limit that fitted.</summary>
internal sealed class MemoryLimit
{
    private const int FirstPatience = 16;
    private const int LongestPatience = 1024;

    private int _patience = FirstPatience;
    private int _fitted;
    private bool _grown;

    public int Rows { get; private set; } = int.MaxValue;

    /// <summary>A batch did not fit.</summary>
    public void Halve(int rows)
    {
        if (_grown)
        {
            // Every try that fails costs a step: try less often.
            _patience = Math.Min(2 * _patience, LongestPatience);
        }

        (Rows, _fitted, _grown) = (Math.Max(1, Math.Min(rows, Rows) / 2), 0, false);
    }

    /// <summary>A batch fitted.</summary>
    /// <returns>Whether the limit changed.</returns>
    public bool Fitted(int rows)
    {
        if (rows < Rows || ++_fitted < _patience)
        {
            return false;
        }

        (Rows, _fitted, _grown) = (Rows + 1, 0, true);
        return true;
    }
}
