namespace Cvdvae.Imaging.Quality;

/// <summary>
/// Reads libsvm's text format, for one kind of model alone: epsilon-SVR with the kernel of radial basis functions. Lines "key value" up
/// to the line SV; then for each support vector its weight and "index:value", where indices count from 1 and values of 0 may be left
/// out.
/// </summary>
internal static class SupportVectorFile
{
    // Also bounds the memory that a small file can ask for.
    private const int MaxVectors = 65_536;

    private static readonly string[] RequiredKeys = ["svm_type", "kernel_type", "gamma", "nr_class", "total_sv", "rho"];

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="features">Numbers of a vector.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static SupportVectorRegression Load(string path, int features)
    {
        var text = new ModelText(path);
        Dictionary<string, double> header = ReadHeader(text);
        int count = (int)header["total_sv"];
        double[] weights = new double[count];
        double[] vectors = new double[count * features];
        for (int i = 0; i < count; i++)
        {
            string[] words = text.Next($"support vector {i + 1} of {count}");
            if (words.Length == 0)
            {
                throw text.Error($"support vector {i + 1} of {count} should be here");
            }

            weights[i] = text.Number(words[0], "the weight");
            ReadVector(text, words.AsSpan(1), vectors.AsSpan(i * features, features));
        }

        text.RequireEnd();
        return new(weights, vectors, header["gamma"], header["rho"]);
    }

    private static Dictionary<string, double> ReadHeader(ModelText text)
    {
        var header = new Dictionary<string, double>(StringComparer.Ordinal);
        for (string[] words = text.Next("the line SV"); words is not ["SV"]; words = text.Next("the line SV"))
        {
            if (words is not [string key, string value])
            {
                throw text.Error("a line before SV is a key and one value");
            }

            if (!header.TryAdd(key, ReadValue(text, key, value)))
            {
                throw text.Error($"{key} comes twice");
            }
        }

        string? missing = Array.Find(RequiredKeys, key => !header.ContainsKey(key));
        return missing is null ? header : throw text.Error($"{missing} is missing before SV");
    }

    // A name has no number: 0.
    private static double ReadValue(ModelText text, string key, string value) => key switch
    {
        "svm_type" when value == "epsilon_svr" => 0,
        "kernel_type" when value == "rbf" => 0,
        "svm_type" or "kernel_type" => throw text.Error($"{key} is {ModelText.Shown(value)}; epsilon_svr with kernel rbf can be read"),
        "gamma" => text.Number(value, key) is > 0 and var gamma
            ? gamma
            : throw text.Error($"gamma is {ModelText.Shown(value)}, not above 0"),
        "nr_class" => text.Whole(value, key, 2, 2),
        "total_sv" => text.Whole(value, key, 1, MaxVectors),
        "rho" or "probA" => text.Number(value, key),
        _ => throw text.Error($"{ModelText.Shown(key)} is not a key of such a model"),
    };

    private static void ReadVector(ModelText text, ReadOnlySpan<string> words, Span<double> vector)
    {
        int next = 1;
        foreach (string word in words)
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                throw text.Error($"{ModelText.Shown(word)} is not index:value");
            }

            int index = text.Whole(word.AsSpan(0, colon), "the index", 1, vector.Length);
            if (index < next)
            {
                throw text.Error($"index {index} is not above the one before it");
            }

            vector[index - 1] = text.Number(word.AsSpan(colon + 1), $"value {index}");
            next = index + 1;
        }
    }
}
