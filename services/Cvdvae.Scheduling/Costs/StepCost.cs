namespace Cvdvae.Scheduling.Costs;

/// <summary>Measured time of one step as a function of the rows in the batch, <c>Fixed + PerRow * rows</c>: least squares whose older measurements count less and less.</summary>
internal sealed class StepCost
{
    private const double Decay = 0.97;

    // A pause of the whole machine shouldn't count as the step's cost; a cost that has really grown gets through in a few steps.
    private const double LargestJump = 4;

    private double _weight;
    private double _meanRows;
    private double _meanSeconds;
    private double _rowsRows;
    private double _rowsSeconds;
    private int _count;
    private double _fixedShare;

    /// <summary>Creates the cost of a step that has not been measured.</summary>
    /// <param name="fixedShare">Share of a single row's time that is taken not to depend on the rows, until batches of several sizes have been measured.</param>
    public StepCost(double fixedShare) => _fixedShare = fixedShare;

    public bool Measured => _count > 0;

    /// <summary>Seconds that a batch of any size takes.</summary>
    public double Fixed { get; private set; }

    /// <summary>Seconds that each row adds.</summary>
    public double PerRow { get; private set; }

    public void Observe(int rows, double seconds)
    {
        double expected = Fixed + (PerRow * rows);
        if (_count >= 2)
        {
            seconds = Math.Min(seconds, LargestJump * expected);
        }

        // Nothing makes a step much faster by chance: what was measured before, a first run maybe, says nothing of it.
        if (LargestJump * seconds < expected && rows >= _meanRows / 2 && rows <= _meanRows * 2)
        {
            (_weight, _meanRows, _meanSeconds, _rowsRows, _rowsSeconds, _count) = (0, 0, 0, 0, 0, 0);
        }

        // A clock's grain may give no time at all.
        seconds = Math.Max(seconds, 1e-9);
        _count = Math.Min(_count + 1, 1000);
        _weight = (Decay * _weight) + 1;
        double fromMean = rows - _meanRows;
        _meanRows += fromMean / _weight;
        _meanSeconds += (seconds - _meanSeconds) / _weight;
        _rowsRows = (Decay * _rowsRows) + (fromMean * (rows - _meanRows));
        _rowsSeconds = (Decay * _rowsSeconds) + (fromMean * (seconds - _meanSeconds));
        Fit();
    }

    private void Fit()
    {
        // Batches that are all about the same size say nothing of the slope: the split that was known stays.
        double spread = _rowsRows / _weight;
        if (spread > 0.01 * _meanRows * _meanRows)
        {
            double perRowAlone = _meanSeconds / _meanRows;
            PerRow = Math.Clamp(_rowsSeconds / _rowsRows, 0.01 * perRowAlone, perRowAlone);
            Fixed = _meanSeconds - (PerRow * _meanRows);
            _fixedShare = Fixed / (Fixed + PerRow);
            return;
        }

        double single = _meanSeconds / (_fixedShare + ((1 - _fixedShare) * _meanRows));
        (Fixed, PerRow) = (_fixedShare * single, (1 - _fixedShare) * single);
    }
}
