using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// Turns random words into normals (Box and Muller, 1958) and bounded uniforms. The vector and scalar forms agree to a few units
/// in the last place.
/// </summary>
internal static class NoiseTransforms
{
    /// <summary>Smallest uniform: the float nearest to 1e-5.</summary>
    public const float LowestUniform = 1e-5f;

    /// <summary>Largest uniform: the float nearest to 1 - 1e-5.</summary>
    public const float HighestUniform = (float)(1 - 1e-5);

    /// <summary>From the smallest uniform to the largest.</summary>
    public const float UniformRange = (float)(1 - 2e-5);
    /// <summary>2^-24.</summary>
    public const float TwoToMinus24 = 1f / (1 << 24);
    /// <summary>2^-32.</summary>
    public const float TwoToMinus32 = TwoToMinus24 / 256;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Cosine, Vector256<float> Sine) Normals(Vector256<uint> radiusWords, Vector256<uint> angleWords)
    {
        // The half step keeps u above 0. Rounding to float takes the topmost words to u = 1, whose radius is 0.
        Vector256<float> u = (Vector256.ConvertToSingle(radiusWords) * TwoToMinus32) + Vector256.Create(TwoToMinus32 / 2);
        Vector256<float> radius = Vector256.Sqrt(Vector256.Log(u) * -2f);
        (Vector256<float> cosine, Vector256<float> sine) = CosineAndSine(angleWords >>> 8);
        return (radius * cosine, radius * sine);
    }

    public static (float Cosine, float Sine) Normals(uint radiusWord, uint angleWord)
    {
        float u = (radiusWord * TwoToMinus32) + (TwoToMinus32 / 2);
        double radius = Math.Sqrt(Math.Log(u) * -2);
        (double sine, double cosine) = Math.SinCos((angleWord >> 8) * TwoToMinus24 * (2 * Math.PI));
        return ((float)(radius * cosine), (float)(radius * sine));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Uniforms(Vector256<uint> words)
    {
        Vector256<float> u = Vector256.ConvertToSingle((words >>> 8).AsInt32()) * TwoToMinus24;
        Vector256<float> scaled = (u * UniformRange) + Vector256.Create(LowestUniform);
        return Vector256.Min(scaled, Vector256.Create(HighestUniform));
    }

    public static float Uniform(uint word) =>
        MathF.Min(((word >> 8) * TwoToMinus24 * UniformRange) + LowestUniform, HighestUniform);

    /// <summary>Cosine and sine of 2 pi <paramref name="turns"/> / 2^24, for turns below 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Cosine, Vector256<float> Sine) CosineAndSine(Vector256<uint> turns)
    {
        // The angle is an integer fraction of a turn, so the nearest quarter turn and the rest, within 1/8 turn, are exact.
        Vector256<uint> quarter = (turns + Vector256.Create(1u << 21)) >>> 22;
        Vector256<int> rest = (turns - (quarter << 22)).AsInt32();
        Vector256<float> x = Vector256.ConvertToSingle(rest) * (float)(2 * Math.PI / (1 << 24));
        Vector256<float> xx = x * x;

        // Polynomials for |x| <= pi / 4, with an error below one unit in the last place (Cephes library, sinf and cosf).
        Vector256<float> sine = (xx * -1.9515295891e-4f) + Vector256.Create(8.3321608736e-3f);
        sine = (sine * xx) + Vector256.Create(-1.6666654611e-1f);
        sine = (sine * xx * x) + x;
        Vector256<float> cosine = (xx * 2.443315711809948e-5f) + Vector256.Create(-1.388731625493765e-3f);
        cosine = (cosine * xx) + Vector256.Create(4.166664568298827e-2f);
        cosine = (cosine * xx * xx) + (Vector256.Create(1f) - (xx * 0.5f));

        // Quarter turns 1 and 3 swap the two; the cosine is negative after 1 and 2, the sine after 2 and 3.
        Vector256<float> swap = Vector256.Equals(quarter & Vector256<uint>.One, Vector256<uint>.One).AsSingle();
        Vector256<uint> cosineSign = ((quarter + Vector256<uint>.One) & Vector256.Create(2u)) << 30;
        Vector256<uint> sineSign = (quarter & Vector256.Create(2u)) << 30;
        return (
            Vector256.ConditionalSelect(swap, sine, cosine) ^ cosineSign.AsSingle(),
            Vector256.ConditionalSelect(swap, cosine, sine) ^ sineSign.AsSingle());
    }
}
