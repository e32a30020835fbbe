namespace Cvdvae.Model.Previews;

/// <summary>The fit of one resolution: most samples make the map, the others choose how far it is held back.</summary>
/// <param name="width">Channels of the features.</param>
internal sealed class PreviewRegression(int width) : IDisposable
{
    private static readonly double[] Ridges = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

    /// <summary>The rows that the map is fitted to.</summary>
    public NormalEquations Fitting { get; } = new(width);

    /// <summary>Rows of other samples, for the choice of the ridge.</summary>
    public NormalEquations Checking { get; } = new(width);

    /// <summary>The map with the ridge that does best on the checking rows, fitted to all rows. The checking rows belong to the others afterwards.</summary>
    public AffineMap Solve()
    {
        double ridge = ChooseRidge();
        Fitting.Add(Checking);
        return Fitting.Solve(ridge);
    }

    /// <summary>The ridge whose map, fitted to the fitting rows, has the smallest error on the checking rows.</summary>
    internal double ChooseRidge() => Ridges.MinBy(Error);

    public void Dispose()
    {
        Fitting.Dispose();
        Checking.Dispose();
    }

    private double Error(double ridge)
    {
        using AffineMap map = Fitting.Solve(ridge);
        return Checking.MeanSquaredError(map);
    }
}
