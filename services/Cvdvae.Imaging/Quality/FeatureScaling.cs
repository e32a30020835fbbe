namespace Cvdvae.Imaging.Quality;

/// <summary>Maps each feature's range in training linearly onto one range for all; values outside are mapped on, without a clamp.</summary>
internal sealed class FeatureScaling
{
    private readonly double[] _least;
    private readonly double[] _largest;
    private double _lower;
    private double _upper;

    private FeatureScaling(int features) => (_least, _largest) = (new double[features], new double[features]);

    /// <summary>Reads a range file of libsvm's <c>svm-scale</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="features">Features that it has to list.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static FeatureScaling Load(string path, int features)
    {
        var text = new ModelText(path);
        if (text.Next("the line x") is not ["x"])
        {
            throw text.Error("a range file begins with the line x");
        }

        var scaling = new FeatureScaling(features);
        (scaling._lower, scaling._upper) = ReadRange(text, text.Next("the common range"), "the common range");
        for (int i = 0; i < features; i++)
        {
            string name = $"feature {i + 1}";
            string[] words = text.Next(name);
            if (words.Length == 0 || text.Whole(words[0], "the feature's number", 1, features) != i + 1)
            {
                throw text.Error($"{name} of {features} should be here");
            }

            (scaling._least[i], scaling._largest[i]) = ReadRange(text, words.AsSpan(1), name);
        }

        text.RequireEnd();
        return scaling;
    }

    /// <summary>The features within the common range.</summary>
    public double[] Apply(ReadOnlySpan<double> features)
    {
        double[] scaled = new double[features.Length];
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = _lower + ((_upper - _lower) * (features[i] - _least[i]) / (_largest[i] - _least[i]));
        }

        return scaled;
    }

    private static (double Least, double Largest) ReadRange(ModelText text, ReadOnlySpan<string> words, string name)
    {
        if (words.Length != 2)
        {
            throw text.Error($"{name} needs a least and a largest value");
        }

        (double least, double largest) = (text.Number(words[0], name), text.Number(words[1], name));
        return least < largest ? (least, largest) : throw text.Error($"{name} is empty: {least} to {largest}");
    }
}
