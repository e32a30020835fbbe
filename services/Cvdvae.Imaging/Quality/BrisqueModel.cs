namespace Cvdvae.Imaging.Quality;

/// <summary>
/// BRISQUE: a score for how distorted an image looks, without an undistorted one to compare with (Mittal, Moorthy and Bovik,
/// "No-reference image quality assessment in the spatial domain", 2012). The trained model is its authors' and is not part of this
/// library; theirs is in BRISQUE's release.
/// </summary>
public sealed class BrisqueModel
{
    /// <summary>Name of the file of support vectors: libsvm's text format.</summary>
    public const string ModelFile = "allmodel";

    /// <summary>Name of the file of the features' ranges: the format of libsvm's <c>svm-scale</c>.</summary>
    public const string RangeFile = "allrange";

    private readonly FeatureScaling _scaling;
    private readonly SupportVectorRegression _regression;

    private BrisqueModel(FeatureScaling scaling, SupportVectorRegression regression) => (_scaling, _regression) = (scaling, regression);

    /// <summary>Reads a model.</summary>
    /// <param name="folder">Folder with the files <see cref="ModelFile"/> and <see cref="RangeFile"/>, as they are released.</param>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, or holds another kind of model; the message names file and line.
    /// </exception>
    public static BrisqueModel Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var scaling = FeatureScaling.Load(Path.Combine(folder, RangeFile), BrisqueFeatures.Count);
        return new(scaling, SupportVectorFile.Load(Path.Combine(folder, ModelFile), BrisqueFeatures.Count));
    }

    /// <summary>The score of an image.</summary>
    /// <param name="image">Sides of at least <see cref="BrisqueFeatures.MinSide"/> pixels.</param>
    /// <returns>
    /// Lower is better: around 0 for a pristine photograph and 100 for a badly distorted one, with values beyond both; "not a number"
    /// for an image without structure.
    /// </returns>
    /// <exception cref="ArgumentException">The image is too small.</exception>
    public double Score(RgbImage image) => Score(BrisqueFeatures.Of(image));

    /// <summary>The score of an image's features.</summary>
    /// <param name="features">What <see cref="BrisqueFeatures.Of"/> returns.</param>
    /// <exception cref="ArgumentException">They are not <see cref="BrisqueFeatures.Count"/>.</exception>
    public double Score(ReadOnlySpan<double> features) => features.Length == BrisqueFeatures.Count
        ? _regression.Predict(_scaling.Apply(features))
        : throw new ArgumentException($"BRISQUE has {BrisqueFeatures.Count} features, not {features.Length}.", nameof(features));
}
