namespace Cvdvae.Trainer.Tests.Evaluation.Perceptual;

/// <summary>LPIPS's comparison of activations (arXiv 1801.03924, equation 1) in plain loops.</summary>
internal static class PlainDistance
{
    public static double Between(IReadOnlyList<PlainMap> first, IReadOnlyList<PlainMap> second, IReadOnlyDictionary<string, PlainTensor>? linear = null)
    {
        double total = 0;
        for (int layer = 0; layer < first.Count; layer++)
        {
            (PlainMap one, PlainMap other) = (first[layer], second[layer]);
            PlainTensor? weights = linear?[$"lin{layer}.model.1.weight"];
            double sum = 0;
            for (int y = 0; y < one.Height; y++)
            {
                for (int x = 0; x < one.Width; x++)
                {
                    (double norm1, double norm2) = (Norm(one, y, x), Norm(other, y, x));
                    for (int channel = 0; channel < one.Channels; channel++)
                    {
                        double difference = one[channel, y, x] / (norm1 + 1e-10) - other[channel, y, x] / (norm2 + 1e-10);
                        sum += (weights?.Values[channel] ?? 1) * difference * difference;
                    }
                }
            }

            total += sum / (one.Height * one.Width);
        }

        return total;
    }

    private static double Norm(PlainMap map, int y, int x) =>
        Math.Sqrt(Enumerable.Range(0, map.Channels).Sum(channel => map[channel, y, x] * map[channel, y, x]));
}
