namespace Cvdvae.Trainer.Data;

/// <summary>Which images make up each step, as a pure function of (seed, step): a resumed run sees what an unbroken one would have.</summary>
internal sealed class BatchSchedule
{
    private readonly int _count;
    private readonly int _batch;
    private readonly int _seed;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <param name="count">Images in the set.</param>
    /// <param name="batch">Images in a step.</param>
    /// <param name="seed">The run's seed.</param>
    public BatchSchedule(int count, int batch, int seed)
    {
        (_count, _batch, _seed) = (count, batch, seed);
        _order = new int[count];
    }

    /// <summary>The images of a step, from 0; the run passes through all images in random order before it repeats one.</summary>
    public int[] Indices(long step)
    {
        int[] indices = new int[_batch];
        for (int row = 0; row < _batch; row++)
        {
            long position = step * _batch + row;
            Shuffle(position / _count);
            indices[row] = _order[position % _count];
        }

        return indices;
    }

    /// <summary>A seed for everything else that is random in a step.</summary>
    public long StepSeed(long step) => unchecked(((_seed + 1L) * 1_000_003L) ^ (step * 7919L)) & long.MaxValue;

    /// <summary>A seed for all that is random about one image of a step, whatever part of the step it is computed in.</summary>
    public long ImageSeed(long step, int row) => Mixed(StepSeed(step), row);

    /// <summary>A seed for all that is random about an image of the validation set, the same at every validation.</summary>
    public long ValidationSeed(int index) => Mixed(_seed, ~index);

    // SplitMix64's way to spread numbers that lie close together.
    private static long Mixed(long first, int second)
    {
        unchecked
        {
            ulong mixed = (ulong)first + ((ulong)second * 0x9E3779B97F4A7C15);
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (long)((mixed ^ (mixed >> 31)) >> 1);
        }
    }

    private void Shuffle(long epoch)
    {
        if (epoch == _epoch)
        {
            return;
        }

        for (int index = 0; index < _count; index++)
        {
            _order[index] = index;
        }

        new Random(unchecked(_seed * 31 + (int)epoch)).Shuffle(_order);
        _epoch = epoch;
    }
}
