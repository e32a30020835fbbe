using System.Diagnostics;
using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>
/// Degrades high-res images, super-resolves them and measures the results as the paper does (Prost et al. 2023, section 4): bicubic as a baseline, each temperature
/// without and with the consistency projection.
/// </summary>
/// <param name="resolver">The model.</param>
/// <param name="scorer">What is measured.</param>
/// <param name="lowSize">Side of the low-res images.</param>
/// <param name="options">What is drawn.</param>
/// <param name="device">The model's device.</param>
internal sealed class Evaluator(SuperResolver resolver, ImageScorer scorer, int lowSize, EvaluationOptions options, Device device)
{
    private readonly MethodScores _bicubic = new("bicubic", 0);
    private readonly (MethodScores Plain, MethodScores Projected)[] _drawn =
        [.. options.Temperatures.Select(temperature => (new MethodScores(Name(temperature), 1), new MethodScores($"{Name(temperature)}, projected", 1)))];

    /// <summary>The rows of the table: bicubic, then each temperature without and with the projection.</summary>
    public IReadOnlyList<MethodScores> Methods => [_bicubic, .. _drawn.SelectMany(pair => (MethodScores[])[pair.Plain, pair.Projected])];

    /// <summary>Names of the images, in the order of their figures.</summary>
    public List<string> Images { get; } = [];

    /// <summary>Measures some images.</summary>
    /// <param name="images">High-res images of the model's size.</param>
    /// <param name="sheet">Takes them with the samples of the last temperature.</param>
    /// <param name="stop">Ends it.</param>
    public void Add(IReadOnlyList<NamedImage> images, EvaluationSheet sheet, CancellationToken stop)
    {
        RgbImage[] truths = [.. images.Select(image => image.Image)];
        RgbImage[] lows = [.. truths.Select(truth => BicubicResizer.Resize(truth, lowSize, lowSize))];
        RgbImage[] enlarged = [.. lows.Zip(truths, (low, truth) => BicubicResizer.Resize(low, truth.Width, truth.Height))];
        int first = Images.Count;
        Images.AddRange(images.Select(image => image.Name));
        for (int image = 0; image < images.Count; image++)
        {
            _bicubic.Add(scorer.Score(truths[image], lows[image], [enlarged[image]]));
        }

        using Tensor levels = Pictures.ToLevels(lows, device);
        IReadOnlyList<IReadOnlyList<RgbImage>> last = [];
        for (int index = 0; index < _drawn.Length; index++)
        {
            long start = Stopwatch.GetTimestamp();
            last = resolver.Draw(levels, options.Samples, options.Temperatures[index], options.Seed + (ulong)first);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (int image = 0; image < images.Count; image++)
            {
                stop.ThrowIfCancellationRequested();
                RgbImage[] projected = [.. last[image].AsParallel().AsOrdered().Select(sample => ConsistencyProjection.Project(sample, lows[image]))];
                KeyValuePair<Metric, double> time = new(Metric.Seconds, seconds / images.Count);
                _drawn[index].Plain.Add([.. scorer.Score(truths[image], lows[image], last[image]), time]);
                _drawn[index].Projected.Add([.. scorer.Score(truths[image], lows[image], projected), time]);
            }
        }

        for (int image = 0; image < images.Count; image++)
        {
            sheet.Add(lows[image], enlarged[image], last[image], truths[image]);
        }
    }

    private static string Name(float temperature) => string.Create(CultureInfo.InvariantCulture, $"temperature {temperature}");
}
