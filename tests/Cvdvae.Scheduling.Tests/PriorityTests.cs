using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class PriorityTests
{
    [Fact]
    public async Task RunOne_HigherPriority_GoesFirstWhateverItCosts()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        stage.WarmUp(plan);
        stage.Admit(plan, priority: 1, id: "high");
        stage.Run(25);

        stage.Admit(plan, priority: 0, id: "low");
        stage.Run(5);

        Assert.EndsWith("high@25 high@26 high@27 high@28 high@29", stage.Order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOne_LowerPriorityAtTheSameStep_RidesAlongOnlyWhereTheBatchGains()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(3);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 1);
        stage.WarmUp(plan);

        stage.Admit(plan, rows: 8, priority: 0, id: "low");
        stage.Admit(plan, rows: 8, priority: 1, id: "high");
        stage.RunAll();

        Assert.StartsWith("high@0 high@1 high@2 low@0", stage.Order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOne_LowerPriorityAtTheSameStepAndCheapRows_SharesTheBatch()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(3);
        (stage.Device.Fixed, stage.Device.PerCost) = (10, 0.01);
        stage.WarmUp(plan);

        stage.Admit(plan, rows: 8, priority: 0, id: "low");
        stage.Admit(plan, rows: 8, priority: 1, id: "high");
        stage.RunAll();

        Assert.Equal("high+low@0 high+low@1 high+low@2", stage.Order);
    }

    [Fact]
    public async Task RunOne_BudgetTooSmallForAll_HigherPriorityIsInTheFirstBatch()
    {
        await using var stage = new SimulatedStage(o => o.MaxBatchRows = 2);
        var plan = Plans.Flat(1);

        stage.Admit(plan, rows: 2, priority: 0, id: "low");
        stage.Admit(plan, rows: 2, priority: 5, id: "high");
        stage.RunAll();

        Assert.Equal("high@0 low@0", stage.Order);
    }
}
