namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>Numbers and their shape.</summary>
internal sealed record PlainTensor(int[] Shape, float[] Values)
{
    public int Elements => Values.Length;

    /// <summary>Normally distributed numbers.</summary>
    public static PlainTensor Random(Random random, double deviation, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (product, length) => product * length)];
        for (int index = 0; index < values.Length; index++)
        {
            // A sum of four uniform numbers is near enough, and there are 15 million weights to draw.
            double sum = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle();
            values[index] = (float)(deviation * Math.Sqrt(3) * (sum - 2));
        }

        return new PlainTensor(shape, values);
    }
}
