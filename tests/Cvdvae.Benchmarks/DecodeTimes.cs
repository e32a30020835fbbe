namespace Cvdvae.Benchmarks;

/// <summary>Milliseconds of one super-resolution.</summary>
internal sealed record DecodeTimes(double BottomUp, double TopDown, double Pixels, IReadOnlyList<(int Resolution, double Milliseconds)> Groups)
{
    public double Total => BottomUp + TopDown + Pixels;
}
