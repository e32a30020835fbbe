namespace Cvdvae.Trainer.Data;

/// <summary>Mean and deviation of the levels of images, over all pixels and channels.</summary>
internal sealed class PixelStatistics
{
    private readonly long[] _counts = new long[256];

    /// <summary>The mean level, 0 to 255.</summary>
    public double Mean => Sum(level => level) / Sum(_ => 1);

    /// <summary>The standard deviation of the levels.</summary>
    public double Deviation
    {
        get
        {
            double mean = Mean;
            return Math.Sqrt(Sum(level => (level - mean) * (level - mean)) / Sum(_ => 1));
        }
    }

    /// <summary>What is added to a level before it is scaled.</summary>
    public double Shift => -Mean;

    /// <summary>What a shifted level is multiplied with; images of one level alone are not scaled.</summary>
    public double Scale => Deviation > 0 ? 1 / Deviation : 1;

    /// <summary>Images that were smaller than the packed ones.</summary>
    public int Enlarged { get; private set; }

    /// <summary>Counts images in that had to be enlarged.</summary>
    public void AddEnlarged(int images) => Enlarged += images;

    /// <summary>Counts levels in.</summary>
    public void Add(ReadOnlySpan<byte> levels)
    {
        foreach (byte level in levels)
        {
            _counts[level]++;
        }
    }

    private double Sum(Func<int, double> value) => _counts.Select((count, level) => count * value(level)).Sum();
}
