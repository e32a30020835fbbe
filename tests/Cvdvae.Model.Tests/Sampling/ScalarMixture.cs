namespace Cvdvae.Model.Tests.Sampling;

/// <summary>
/// The mixture of logistics of one pixel, written out in double precision from PixelCNN++ (Salimans et al. 2017, sections 2.1 and 2.2).
/// Parameters: M logits, then for each colour M locations, M log-scales, M coefficients.
/// </summary>
internal sealed class ScalarMixture(double[] parameters)
{
    private readonly int _components = parameters.Length / 10;

    public double[] Sample(double[] componentUniform, double[] logisticUniform)
    {
        int chosen = Largest(component => Logit(component) - Math.Log(-Math.Log(componentUniform[component])));
        double[] noise = [.. Enumerable.Range(0, 3).Select(colour =>
            Math.Exp(LogScale(chosen, colour)) * (Math.Log(logisticUniform[colour]) - Math.Log(1 - logisticUniform[colour])))];
        return Colours(chosen, noise);
    }

    public double[] Mode() => Colours(Largest(Logit), [0, 0, 0]);

    public double[] Mean()
    {
        double[] weights = Weights();
        double[] mean = [0, 0, 0];
        for (int component = 0; component < _components; component++)
        {
            double[] colours = Colours(component, [0, 0, 0]);
            for (int colour = 0; colour < 3; colour++)
            {
                mean[colour] += weights[component] * colours[colour];
            }
        }

        return mean;
    }

    /// <summary>The negative log-likelihood of the three colours, in nats.</summary>
    public double NegativeLogLikelihood(double[] pixel, bool lowBit)
    {
        double[] weights = Weights();
        double[] logs = [.. Enumerable.Range(0, _components).Select(component =>
            Math.Log(weights[component])
            + LogBin(pixel[0], Location(component, 0), LogScale(component, 0), lowBit)
            + LogBin(pixel[1], Location(component, 1) + Coefficient(component, 0) * pixel[0], LogScale(component, 1), lowBit)
            + LogBin(
                pixel[2],
                Location(component, 2) + Coefficient(component, 1) * pixel[0] + Coefficient(component, 2) * pixel[1],
                LogScale(component, 2),
                lowBit))];
        double most = logs.Max();
        return -(most + Math.Log(logs.Sum(log => Math.Exp(log - most))));
    }

    private static double LogBin(double value, double location, double logScale, bool lowBit)
    {
        double halfBin = lowBit ? 1 / 31.0 : 1 / 255.0;
        double scale = Math.Exp(logScale);
        double upper = (value - location + halfBin) / scale;
        double lower = (value - location - halfBin) / scale;
        if (value < -0.999)
        {
            return -Softplus(-upper);
        }

        if (value > 0.999)
        {
            return -Softplus(lower);
        }

        // sigmoid(upper) - sigmoid(lower), without cancellation.
        double log = -lower + Math.Log(-Expm1(lower - upper)) - Softplus(-upper) - Softplus(-lower);
        double middle = (value - location) / scale;
        return log > Math.Log(1e-5) ? log : middle - logScale - 2 * Softplus(middle) - Math.Log(lowBit ? 15.5 : 127.5);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1;

    private double[] Colours(int component, double[] noise)
    {
        double red = Math.Clamp(Location(component, 0) + noise[0], -1, 1);
        double green = Math.Clamp(Location(component, 1) + noise[1] + Coefficient(component, 0) * red, -1, 1);
        double blue = Math.Clamp(
            Location(component, 2) + noise[2] + Coefficient(component, 1) * red + Coefficient(component, 2) * green, -1, 1);
        return [red, green, blue];
    }

    private double[] Weights()
    {
        double[] weights = [.. Enumerable.Range(0, _components).Select(component => Math.Exp(Logit(component)))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    private int Largest(Func<int, double> score) => Enumerable.Range(0, _components).MaxBy(score);

    private double Logit(int component) => parameters[component];

    private double Location(int component, int colour) => parameters[(1 + 3 * colour) * _components + component];

    private double LogScale(int component, int colour) => Math.Max(parameters[(2 + 3 * colour) * _components + component], -7);

    private double Coefficient(int component, int index) => Math.Tanh(parameters[(3 + 3 * index) * _components + component]);
}
