using System.Runtime.Intrinsics;
using Cvdvae.Model.Sampling;
using Xunit;

namespace Cvdvae.Model.Tests.Sampling;

public sealed class PhiloxNoiseTests
{
    private static readonly PhiloxNoise Noise = new();
    private static readonly NoiseStream Stream = new(0x0123456789abcdef, 3, 42);

    // The layout is a promise: the same seed gives the same image after an upgrade. Independent of the code under test except Block.
    [Fact]
    public void FillNormal_AnyElement_FollowsTheDocumentedLayout()
    {
        float[] values = Normals(Stream, 100);

        for (int i = 0; i < values.Length; i++)
        {
            Vector128<uint> words = Philox4x32.Block(Vector128.Create((uint)(i / 4), 0u, Stream.Group, Stream.Sample), Stream.Seed);
            int pair = i % 4 / 2 * 2;
            double radius = Math.Sqrt(-2 * Math.Log((words[pair] + 0.5) / 4294967296.0));
            double angle = 2 * Math.PI * (words[pair + 1] / 4294967296.0);
            double expected = radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
            Assert.Equal(expected, values[i], 4e-6);
        }
    }

    [Fact]
    public void FillUniform_AnyElement_FollowsTheDocumentedLayout()
    {
        float[] values = Uniforms(Stream, 100);

        for (int i = 0; i < values.Length; i++)
        {
            Vector128<uint> words = Philox4x32.Block(Vector128.Create((uint)(i / 4), 1u, Stream.Group, Stream.Sample), Stream.Seed);
            double expected = 1e-5 + ((words[i % 4] >> 8) / 16777216.0 * (1 - 2e-5));
            Assert.Equal(expected, values[i], 2e-7);
        }
    }

    [Fact]
    public void Fill_EveryLength_IsAPrefixOfALongerFill()
    {
        float[] normals = Normals(Stream, 1000);
        float[] uniforms = Uniforms(Stream, 1000);

        for (int length = 0; length <= 67; length++)
        {
            Assert.Equal(normals[..length], Normals(Stream, length));
            Assert.Equal(uniforms[..length], Uniforms(Stream, length));
        }
    }

    [Fact]
    public void Fill_ScalarPath_AgreesWithTheVectorPath()
    {
        float[] vector = new float[20_003];
        float[] scalar = new float[vector.Length];

        PhiloxNoise.FillNormalVector(Stream, vector);
        PhiloxNoise.FillNormalScalar(Stream, scalar);
        Assert.All(vector.Zip(scalar), pair => Assert.Equal(pair.Second, pair.First, 2e-6 * Math.Max(1, Math.Abs(pair.Second))));

        PhiloxNoise.FillUniformVector(Stream, vector);
        PhiloxNoise.FillUniformScalar(Stream, scalar);
        Assert.All(vector.Zip(scalar), pair => Assert.Equal(pair.Second, pair.First, 1.2e-7));
    }

    [Fact]
    public void Transforms_ExtremeWords_StayFiniteAndBounded()
    {
        uint[] extremes = [0, 1, 255, 256, 0x1fffffff, 0x20000000, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffff00, 0xffffffff];
        foreach (uint radius in extremes)
        {
            Vector256<float> uniforms = NoiseTransforms.Uniforms(Vector256.Create(radius));
            Assert.InRange(uniforms[0], 1e-5f, (float)(1 - 1e-5));
            Assert.InRange(NoiseTransforms.Uniform(radius), 1e-5f, (float)(1 - 1e-5));
            foreach (uint angle in extremes)
            {
                (Vector256<float> cosine, Vector256<float> sine) =
                    NoiseTransforms.Normals(Vector256.Create(radius), Vector256.Create(angle));
                (float scalarCosine, float scalarSine) = NoiseTransforms.Normals(radius, angle);
                Assert.InRange(Math.Sqrt((cosine[0] * cosine[0]) + (sine[0] * sine[0])), 0, 6.77);
                Assert.Equal(scalarCosine, cosine[0], 2e-6);
                Assert.Equal(scalarSine, sine[0], 2e-6);
            }
        }
    }

    [Fact]
    public void FillUniform_ManyValues_StayWithinTheBoundsAndCoverThem()
    {
        float[] values = Uniforms(new(7, 0, 0), 1 << 21);

        Assert.InRange(values.Min(), 1e-5f, 1.5e-5f);
        Assert.InRange(values.Max(), 1 - 1.5e-5f, 0.99999f);
        Assert.Equal(0.5, values.Average(v => (double)v), 1e-3);
        Assert.Equal(1 / 12.0, values.Average(v => (v - 0.5) * (v - 0.5)), 3e-4);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(ulong.MaxValue)]
    public void FillNormal_ManyValues_HasTheMomentsOfANormal(ulong seed)
    {
        float[] values = Normals(new(seed, 0, 0), 1_000_000);

        // Four standard errors of each moment at a million values.
        Assert.Equal(0, values.Average(v => (double)v), 0.004);
        Assert.Equal(1, values.Average(v => (double)v * v), 0.0057);
        Assert.Equal(0, values.Average(v => Math.Pow(v, 3)), 0.0155);
        Assert.Equal(3, values.Average(v => Math.Pow(v, 4)), 0.04);
        Assert.InRange(values.Count(v => Math.Abs(v) > 3), 2700 - 208, 2700 + 208);
        Assert.InRange(values.Count(v => v > 4), 10, 60);
        Assert.InRange(values.Count(v => v < -4), 10, 60);
    }

    [Theory]
    [InlineData(2ul, 0)]
    [InlineData(2ul, 1)]
    public void FillNormal_ManyValues_HasTheDistributionOfANormal(ulong seed, int parity)
    {
        // Cosines and sines apart: an error in one must not hide in the other.
        double[] sorted = Normals(new(seed, 5, 9), 400_000).Where((_, i) => i % 2 == parity).Select(v => (double)v).Order().ToArray();

        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double cdf = NormalCdf(sorted[i]);
            distance = Math.Max(distance, Math.Max(cdf - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - cdf));
        }

        // The Kolmogorov-Smirnov statistic exceeds this for one true normal sample in a thousand.
        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(sorted.Length));
    }

    [Fact]
    public void FillNormal_NeighbouringStreams_AreUncorrelated()
    {
        NoiseStream[] streams =
        [
            new(10, 0, 0), new(11, 0, 0), new(10UL + (1UL << 32), 0, 0), new(10, 1, 0), new(10, 2, 0), new(10, 0, 1), new(10, 0, 2),
            new(10, 1, 1),
        ];
        float[][] values = streams.Select(s => Normals(s, 100_000)).ToArray();

        for (int a = 0; a < values.Length; a++)
        {
            // Within a stream: elements of one pair, of one block, and further apart.
            foreach (int lag in new[] { 1, 2, 4, 16 })
            {
                Assert.InRange(Correlation(values[a].AsSpan(lag), values[a].AsSpan(0, values[a].Length - lag)), -0.0127, 0.0127);
            }

            for (int b = 0; b < a; b++)
            {
                Assert.InRange(Correlation(values[a], values[b]), -0.0127, 0.0127);
            }
        }
    }

    [Fact]
    public void Fill_NormalsAndUniformsOfOneStream_AreUncorrelated()
    {
        float[] normals = Normals(Stream, 100_000);
        float[] uniforms = Uniforms(Stream, 100_000).Select(u => u - 0.5f).ToArray();
        float[] sizes = normals.Select(n => (n * n) - 1).ToArray();

        Assert.InRange(Correlation(normals, uniforms), -0.0127, 0.0127);
        Assert.InRange(Correlation(sizes, uniforms), -0.0127, 0.0127);
    }

    private static float[] Normals(NoiseStream stream, int count)
    {
        float[] values = new float[count];
        Noise.FillNormal(stream, values);
        return values;
    }

    private static float[] Uniforms(NoiseStream stream, int count)
    {
        float[] values = new float[count];
        Noise.FillUniform(stream, values);
        return values;
    }

    // Of values whose mean is 0; four standard errors at 100,000 values are 0.0127.
    private static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        (double ab, double aa, double bb) = (0, 0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            ab += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return ab / Math.Sqrt(aa * bb);
    }

    // Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3*5) + ...), accurate to 1e-14 for |x| < 7.
    private static double NormalCdf(double x)
    {
        (double sum, double term) = (x, x);
        for (int n = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); n += 2)
        {
            term *= x * x / n;
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));
    }
}
