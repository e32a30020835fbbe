using System.CommandLine;
using System.Globalization;
using Cvdvae.Model;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Verification;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>verify</c>: recomputes the tensors of a reference file of the official programs.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var modelFolder = new Option<string>("--model") { Description = "model folder", Required = true };
        var io = new Option<string>("--io") { Description = "reference file made by the official programs from the same weights (see docs/verification.md)", Required = true };
        Option<string> device = DeviceOption.Create();
        var command = new Command("verify", "recompute the tensors of a reference file and compare them one by one; exit status 1 when one is off") { modelFolder, io, device };
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply();
            Device place = DeviceOption.Read(parsed, device);
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(modelFolder));
            using SafetensorsFile reference = SafetensorsFile.Open(parsed.GetRequiredValue(io));
            RequireSameModel(folder, reference);
            using VdVae prior = folder.LoadPrior(place);
            using LowResEncoder? encoder = Encoder(folder, reference, place);
            var verifier = new ReferenceVerifier(prior, encoder, reference);
            return Print(verifier.Run(), verifier.NotCompared, parsed.InvocationConfiguration.Output) ? 0 : 1;
        });
        return command;
    }

    /// <summary>Tells a file of another model by the sizes that every such file has, before anything is computed.</summary>
    /// <exception cref="InvalidWeightsException">It is one.</exception>
    private static void RequireSameModel(ModelFolder folder, SafetensorsFile reference)
    {
        void Require(bool holds, string theirs, string ours)
        {
            if (!holds)
            {
                throw new InvalidWeightsException(reference.Origin, $"is of another model: {theirs}, and the model in {folder.FolderPath} has {ours}");
            }
        }

        int size = folder.Prior.Hyperparameters.ImageSize;
        if (reference.Entries.TryGetValue("x.u8", out TensorEntry? x) && x.Shape is [_, var height, var width, _])
        {
            Require(height == size && width == size, $"its images have {width}x{height} pixels", $"{size}x{size}");
        }

        int groups = folder.Prior.Groups.Count;
        int recorded = reference.Entries.Keys.Count(name => name.StartsWith("eps.", StringComparison.Ordinal));
        Require(recorded == groups, $"it has numbers for {recorded} latent groups", Text($"{groups}"));
        foreach ((string name, TensorEntry entry) in reference.Entries.Where(pair => pair.Key.StartsWith("eps.", StringComparison.Ordinal)))
        {
            int zdim = folder.Prior.Hyperparameters.Zdim;
            Require(entry.Shape is [_, var channels, ..] && channels == zdim, $"'{name}' has the shape {entry.ShapeText}", Text($"{zdim} latent channels"));
        }

        if (reference.Entries.TryGetValue("y.u8", out TensorEntry? y) && y.Shape is [_, _, var low, _] && low > 0 && folder.Manifest.Encoders.Count > 0)
        {
            int scale = size / (int)Math.Min(low, size);
            Require(
                folder.Manifest.Encoders.ContainsKey(scale), Text($"its low-res images have {low}x{low} pixels (scale {scale})"), $"encoders for scale {string.Join(", ", folder.Manifest.Encoders.Keys)}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The low-res encoder for the images y of the file, or null where the file has no such images or the model is a prior alone.</summary>
    private static LowResEncoder? Encoder(ModelFolder folder, SafetensorsFile reference, Device device)
    {
        if (!reference.Entries.TryGetValue("y.u8", out TensorEntry? y) || folder.Manifest.Encoders.Count == 0)
        {
            return null;
        }

        return folder.LoadEncoder(folder.Prior.Hyperparameters.ImageSize / (int)Math.Max(1, y.Shape[^1]), device);
    }

    private static bool Print(IReadOnlyList<TensorComparison> comparisons, IReadOnlyList<string> notCompared, TextWriter output)
    {
        int width = comparisons.Select(comparison => comparison.Name).Concat(notCompared).Max(name => name.Length);
        output.WriteLine($"{"tensor".PadRight(width)}  largest error   relative");
        foreach (TensorComparison comparison in comparisons)
        {
            string share = comparison.ShareOff is double off ? string.Create(CultureInfo.InvariantCulture, $"  {off:P3} of the values off") : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{comparison.Name.PadRight(width)}  {comparison.LargestError,13:E3}  {comparison.RelativeError,9:E2}{share}  {(comparison.Passed ? "ok" : "FAILED")}"));
        }

        foreach (string name in notCompared)
        {
            output.WriteLine($"{name.PadRight(width)}  not compared: the model has no low-res encoder");
        }

        int failed = comparisons.Count(comparison => !comparison.Passed);
        output.WriteLine($"{comparisons.Count} tensors, {failed} off (tolerance {ReferenceVerifier.Tolerance} of the largest magnitude){(notCompared.Count > 0 ? $", {notCompared.Count} not compared" : "")}");
        return failed == 0;
    }
}
