namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>Plans to simulate.</summary>
internal static class Plans
{
    private static readonly (int Resolution, int Groups, double Milliseconds)[] Levels =
        [(1, 2, 0.05), (4, 3, 0.1), (8, 5, 0.2), (16, 6, 0.5), (32, 7, 1), (64, 6, 3)];

    /// <summary>Thirty steps from 1x1 to 64x64 whose cost is the milliseconds that a row adds.</summary>
    public static StagePlan Pyramid(string name = "pyramid")
    {
        var steps = new List<GroupStep>();
        foreach (var (resolution, groups, milliseconds) in Levels)
        {
            for (int i = 0; i < groups; i++)
            {
                steps.Add(new GroupStep(steps.Count, resolution, 1000L * resolution * resolution, milliseconds));
            }
        }

        steps.Add(new GroupStep(steps.Count, 64, 4_096_000, 2));
        return new StagePlan(name, steps);
    }

    /// <summary>Steps of equal cost at one resolution.</summary>
    public static StagePlan Flat(int steps, int resolution = 64, string name = "flat") =>
        new(name, [.. Enumerable.Range(0, steps).Select(i => new GroupStep(i, resolution, 1000, 1))]);

    /// <summary>A cheap step at 1x1, then dear ones at 64x64.</summary>
    public static StagePlan Steep(int fineSteps = 10) =>
        new("steep", [new GroupStep(0, 1, 10, 1), .. Enumerable.Range(1, fineSteps).Select(i => new GroupStep(i, 64, 1000, 100))]);
}
