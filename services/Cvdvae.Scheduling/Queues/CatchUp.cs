namespace Cvdvae.Scheduling.Queues;

/// <summary>Whether rows that are ahead should wait until others of their resolution have caught up, to go on as one batch.</summary>
internal static class CatchUp
{
    /// <summary>
    /// Compares the rows' summed times to the end of the resolution: the leaders are late by the steps of those behind and by what sharing
    /// their own steps adds; all others, those behind among them, gain the fixed cost of every step that is run once instead of twice.
    /// </summary>
    /// <param name="queue">Queue of the resolution.</param>
    /// <param name="ahead">Step of the leaders.</param>
    /// <param name="behind">Step of those behind.</param>
    /// <param name="rows">All rows that the device has before it.</param>
    public static bool Pays(ResolutionQueue queue, int ahead, int behind, int rows)
    {
        var (plan, costs) = (queue.Plan, queue.Plan.Costs);
        int leaders = queue.Cohort(ahead).Count;
        int followers = queue.Cohort(behind).Count;
        double delay = Waited(queue.Cohort(ahead));
        double alone = 0;
        for (int step = behind; step < ahead; step++)
        {
            delay += (Batches(followers, plan.Largest(step)) * costs.Fixed(step)) + (followers * costs.PerRow(step));
        }

        double until = delay;
        double saved = 0;
        for (int step = ahead; step < queue.EndStep; step++)
        {
            int largest = plan.Largest(step);
            int fewer = Batches(leaders, largest) + Batches(followers, largest) - Batches(leaders + followers, largest);
            saved += fewer * costs.Fixed(step);
            delay += followers * costs.PerRow(step);
            alone += (Batches(leaders, largest) * costs.Fixed(step)) + (leaders * costs.PerRow(step));
        }

        // However much the others gain: no longer than the leaders need for the rest of the resolution.
        return until <= alone && leaders * delay < saved * (rows - leaders);
    }

    // What the leaders have waited for others already counts, so that they can't be kept for ever by one newcomer after the other.
    private static double Waited(List<StageRow> leaders)
    {
        double longest = 0;
        foreach (var row in leaders)
        {
            longest = Math.Max(longest, row.Yielded);
        }

        return longest;
    }

    private static int Batches(int rows, int largest) => (rows + largest - 1) / largest;
}
