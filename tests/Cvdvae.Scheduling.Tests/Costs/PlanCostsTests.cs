using Cvdvae.Scheduling.Costs;
using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Costs;

public sealed class PlanCostsTests
{
    [Fact]
    public void Predict_UnmeasuredStep_IsItsCostAtTheMeasuredPrice()
    {
        var costs = new PlanCosts(Plans.Steep());

        costs.Observe(0, 1, 0.002);

        Assert.Equal(0.2, costs.Predict(3, 1), tolerance: 1e-9);
        Assert.Equal(0.002, costs.Predict(0, 1), tolerance: 1e-9);
    }

    [Fact]
    public void Order_NoisyMeasurements_NeverFalls()
    {
        var plan = Plans.Pyramid();
        var (costs, random) = (new PlanCosts(plan), new Random(2));

        for (int i = 0; i < 300; i++)
        {
            costs.Observe(i % plan.Steps.Count, 1, 0.001 + (0.001 * random.NextDouble()));
        }

        var order = Enumerable.Range(0, plan.Steps.Count).Select(costs.Order).ToArray();
        Assert.Equal(order.Order(), order);
    }
}
