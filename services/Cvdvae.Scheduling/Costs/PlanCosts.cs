namespace Cvdvae.Scheduling.Costs;

/// <summary>Estimated device times of a plan's steps: measured ones, and for the others <see cref="GroupStep.Cost"/> at the measured ones' price.</summary>
internal sealed class PlanCosts
{
    // Only orders steps while nothing at all has been measured: too small to refuse anybody for.
    private const double UnmeasuredSecondsPerCost = 1e-6;
    private const double UnmeasuredFixedShare = 0.2;

    private readonly StagePlan _plan;
    private readonly StepCost[] _steps;
    private readonly double[] _fixed;
    private readonly double[] _perRow;
    private readonly double[] _order;
    private readonly double[] _before;

    public PlanCosts(StagePlan plan)
    {
        _plan = plan;
        int count = plan.Steps.Count;
        (_steps, _fixed, _perRow) = (new StepCost[count], new double[count], new double[count]);
        (_order, _before) = (new double[count], new double[count + 1]);
        for (int i = 0; i < count; i++)
        {
            _steps[i] = new StepCost(UnmeasuredFixedShare);
        }

        Refresh();
    }

    /// <summary>Seconds of a step that don't depend on its rows.</summary>
    public double Fixed(int step) => _fixed[step];

    /// <summary>Seconds that each row adds to a step.</summary>
    public double PerRow(int step) => _perRow[step];

    /// <summary>Seconds of a step for a batch of a size.</summary>
    public double Predict(int step, int rows) => _fixed[step] + (_perRow[step] * rows);

    /// <summary>The dearest step so far for a single row, in seconds: never falls from one step to the next, so that noise of the measurements doesn't put a finer step before a coarser one.</summary>
    public double Order(int step) => _order[step];

    /// <summary>Seconds of the steps from one to another, exclusive, for a single row.</summary>
    public double Alone(int firstStep, int endStep) => _before[endStep] - _before[firstStep];

    public void Observe(int step, int rows, double seconds)
    {
        _steps[step].Observe(rows, seconds);
        Refresh();
    }

    private void Refresh()
    {
        double seconds = 0;
        double cost = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].Measured)
            {
                (_fixed[i], _perRow[i]) = (_steps[i].Fixed, _steps[i].PerRow);
                seconds += _fixed[i] + _perRow[i];
                cost += _plan.Steps[i].Cost;
            }
        }

        double perCost = cost > 0 ? seconds / cost : UnmeasuredSecondsPerCost;
        double dearest = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (!_steps[i].Measured)
            {
                double single = perCost * _plan.Steps[i].Cost;
                (_fixed[i], _perRow[i]) = (UnmeasuredFixedShare * single, (1 - UnmeasuredFixedShare) * single);
            }

            _order[i] = dearest = Math.Max(dearest, _fixed[i] + _perRow[i]);
            _before[i + 1] = _before[i] + _fixed[i] + _perRow[i];
        }
    }
}
