namespace Cvdvae.Scheduling.Queues;

/// <summary>A batch that could run next.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Step">Its step.</param>
/// <param name="Priority">Highest priority of its rows.</param>
/// <param name="Score">Seconds: the lower, the sooner.</param>
/// <param name="Sequence">Of its first row.</param>
internal readonly record struct Candidate(ResolutionQueue Queue, int Step, int Priority, double Score, long Sequence)
{
    /// <summary>Whether it goes before another: by priority, score, resolution and then the order of admission, so that the choice is the same every time.</summary>
    public bool GoesBefore(in Candidate other)
    {
        if (Priority != other.Priority)
        {
            return Priority > other.Priority;
        }

        if (Score != other.Score)
        {
            return Score < other.Score;
        }

        return Queue.Resolution != other.Queue.Resolution ? Queue.Resolution < other.Queue.Resolution : Sequence < other.Sequence;
    }
}
