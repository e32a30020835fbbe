using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Import;

/// <summary>
/// Brings a checkpoint of the official programs into a model folder: a prior (openai/vdvae), or a prior with a low-res encoder (jprost76/srvdvae). Into an
/// existing folder only an encoder can come, and only when the checkpoint's prior is the folder's.
/// </summary>
internal sealed class CheckpointImport
{
    private const string LowResMarker = ".enc_y.";
    private static readonly string[] Passed = ["shift", "scale"]; // buffers of the published code; the manifest has them
    private readonly ITensorSource _checkpoint;
    private readonly PriorHyperparameters _prior;
    private readonly LowResHyperparameters? _lowRes;

    /// <summary>Levels that the model adds to its output; null: the folder's own, 0 for a new one.</summary>
    public double? OutputBias { get; init; }

    /// <summary>Whether an encoder may take the place of another of the same scale.</summary>
    public bool Replace { get; init; }

    public CheckpointImport(ITensorSource checkpoint, PriorHyperparameters prior, LowResHyperparameters? lowRes)
    {
        (_checkpoint, _prior, _lowRes) = (checkpoint, prior, lowRes);
    }

    /// <summary>Whether the checkpoint holds a low-res encoder.</summary>
    private bool HasEncoder => _checkpoint.Entries.Keys.Any(IsLowRes);

    /// <summary>Imports.</summary>
    /// <param name="output">The model folder.</param>
    /// <param name="name">Name of a new model; null: the folder's.</param>
    /// <returns>What was written, for people.</returns>
    /// <exception cref="InvalidHyperparametersException">The hyper-parameters don't fit together.</exception>
    /// <exception cref="InvalidWeightsException">A tensor is missing, too many, of another shape than they say, or holds something else than finite numbers.</exception>
    /// <exception cref="InvalidModelException">The folder holds another model.</exception>
    public IReadOnlyList<string> Run(string output, string? name)
    {
        var architecture = new PriorArchitecture(_prior);
        LowResArchitecture? lowRes = LowRes(architecture);
        using var model = new VdVae(architecture);
        using LowResEncoder? encoder = lowRes is null ? null : new LowResEncoder(lowRes);
        var expected = model.named_parameters().Concat(encoder?.named_parameters() ?? []).ToDictionary(entry => entry.name, entry => entry.parameter.shape, StringComparer.Ordinal);
        Check(expected);
        TensorCheck.Run(_checkpoint, expected);

        name ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)));
        string origin = Path.GetFileName(_checkpoint.Origin);
        ForgetHalfMade(output);
        ModelFolder folder = ModelFolder.CreateOrOpen(output, new ModelManifest { Name = name, Prior = _prior, OutputBias = OutputBias ?? 0 });
        var written = new List<string>();
        ModelManifest Biased() => folder.Manifest with { OutputBias = OutputBias ?? folder.Manifest.OutputBias };
        if (File.Exists(folder.PriorPath))
        {
            if (encoder is null)
            {
                throw new InvalidModelException(output, "holds a prior already, and the checkpoint brings no low-res encoder");
            }

            RequireSamePrior(folder);
            folder.RequirePlace(ModelPart.Encoder(lowRes!.Scale), Replace);
        }
        else
        {
            Write(folder.PriorPath, key => !IsLowRes(key));
            folder.Update(Biased().WithTraining("prior", new TrainingRecord { Note = $"imported from {origin}" }));
            written.Add(folder.PriorPath);
        }

        if (lowRes is not null)
        {
            Write(folder.EncoderPath(lowRes.Scale), IsLowRes);
            folder.Update(Biased().WithEncoder(lowRes, new TrainingRecord { PriorSha256 = folder.PriorHash(), Note = $"imported from {origin}" }));
            written.Add(folder.EncoderPath(lowRes.Scale));
        }

        return written;
    }

    /// <summary>What an import left that was ended before it wrote weights stands in nobody's way.</summary>
    private void ForgetHalfMade(string output)
    {
        if (!ModelFolder.Exists(output) || Directory.EnumerateFiles(output, "*.safetensors").Any())
        {
            return;
        }

        ModelFolder folder = ModelFolder.Open(output);
        if (folder.Manifest.Prior != _prior)
        {
            folder.Update(new ModelManifest { Name = folder.Manifest.Name, Prior = _prior });
        }
    }

    private static bool IsLowRes(string key) =>
        key.StartsWith("encoder_y.", StringComparison.Ordinal) || key.Contains(LowResMarker, StringComparison.Ordinal);

    private LowResArchitecture? LowRes(PriorArchitecture architecture) => (HasEncoder, _lowRes) switch
    {
        (false, _) => null,
        (true, null) => throw new InvalidHyperparametersException(
            "ky", "is missing: the checkpoint holds a low-res encoder, so width_y, image_size_y, enc_blocks_y and ky are needed (custom_width_str_y optionally)"),
        (true, { } lowRes) => new LowResArchitecture(lowRes, architecture),
    };

    private void Check(Dictionary<string, long[]> expected)
    {
        string[] missing = [.. expected.Keys.Where(key => !_checkpoint.Entries.ContainsKey(key)).Order(StringComparer.Ordinal)];
        string[] unknown = [.. _checkpoint.Entries.Keys.Where(key => !expected.ContainsKey(key) && !Passed.Contains(key)).Order(StringComparer.Ordinal)];
        if (missing.Length + unknown.Length > 0)
        {
            throw new InvalidWeightsException(
                _checkpoint.Origin,
                $"does not fit the hyper-parameters: {Listed("missing", missing)}{(missing.Length > 0 && unknown.Length > 0 ? "; " : "")}{Listed("unknown", unknown)}");
        }
    }

    private static string Listed(string what, string[] keys) =>
        keys.Length == 0 ? "" : $"{keys.Length} {what} ({string.Join(", ", keys.Take(3))}{(keys.Length > 3 ? ", ..." : "")})";

    private void RequireSamePrior(ModelFolder folder)
    {
        using SafetensorsFile prior = SafetensorsFile.Open(folder.PriorPath);
        foreach (TensorEntry entry in prior.Entries.Values)
        {
            if (!_checkpoint.Entries.TryGetValue(entry.Name, out TensorEntry? other) || TensorHash.Of(prior, entry) != TensorHash.Of(_checkpoint, other))
            {
                throw new InvalidModelException(folder.FolderPath, $"holds another prior than the checkpoint: '{entry.Name}' differs");
            }
        }
    }

    private void Write(string path, Func<string, bool> belongs) =>
        SafetensorsWriter.Write(path, new TensorSubset(_checkpoint, key => !Passed.Contains(key) && belongs(key) ? key : null));
}
