using System.Security.Cryptography;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Weights;
using Cvdvae.Model.Weights.Bytes;
using TorchSharp;

namespace Cvdvae.Model.Packaging;

/// <summary>
/// A model on disk: <c>model.json</c>, <c>prior.safetensors</c>, <c>encoder-x&lt;S&gt;.safetensors</c> for each scale, <c>previews.safetensors</c>. Each role
/// loads only the tensors it needs. Parameter names are the official state-dict keys.
/// </summary>
public sealed class ModelFolder
{
    private const string ManifestName = "model.json";
    private const int HashBytes = 1 << 20;

    private ModelFolder(string path, ModelManifest manifest)
    {
        FolderPath = path;
        Manifest = manifest;
        Prior = new PriorArchitecture(manifest.Prior);
    }

    /// <summary>The folder.</summary>
    public string FolderPath { get; }

    /// <summary>Its <c>model.json</c>.</summary>
    public ModelManifest Manifest { get; private set; }

    /// <summary>Structure of the prior.</summary>
    public PriorArchitecture Prior { get; }

    /// <summary>The prior's weights.</summary>
    public string PriorPath => Path.Combine(FolderPath, "prior.safetensors");

    /// <summary>The preview heads.</summary>
    public string PreviewsPath => Path.Combine(FolderPath, "previews.safetensors");

    /// <summary>Whether a folder holds a model.</summary>
    public static bool Exists(string path) => File.Exists(Path.Combine(path, ManifestName));

    /// <summary>Opens a model folder; reads only <c>model.json</c>.</summary>
    /// <exception cref="InvalidModelException">There is no <c>model.json</c>, or it is wrong.</exception>
    public static ModelFolder Open(string path)
    {
        string manifest = Path.Combine(path, ManifestName);
        RequireReadable(manifest);
        return File.Exists(manifest)
            ? new ModelFolder(path, ModelManifest.Parse(File.ReadAllBytes(manifest), manifest))
            : throw new InvalidModelException(path, $"holds no {ManifestName}");
    }

    /// <summary>Creates a folder with a manifest and no weights yet, or opens one that has the same prior.</summary>
    /// <exception cref="InvalidModelException">The folder holds a model with another prior, or the manifest is wrong.</exception>
    public static ModelFolder CreateOrOpen(string path, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        manifest.Check(path);
        if (Exists(path))
        {
            ModelFolder existing = Open(path);
            return existing.Manifest.Prior == manifest.Prior
                ? existing
                : throw new InvalidModelException(path, "holds a model with other hyper-parameters of the prior");
        }

        Directory.CreateDirectory(path);
        var folder = new ModelFolder(path, manifest);
        folder.Update(manifest);
        return folder;
    }

    /// <summary>The weights of a low-res encoder.</summary>
    public string EncoderPath(int scale) => Path.Combine(FolderPath, $"encoder-x{scale}.safetensors");

    /// <summary>Structure of the low-res encoder of a scale.</summary>
    /// <exception cref="InvalidModelException">The model has none for this scale.</exception>
    public LowResArchitecture LowRes(int scale) =>
        Manifest.Encoders.TryGetValue(scale, out LowResHyperparameters? encoder)
            ? new LowResArchitecture(encoder, Prior)
            : throw new InvalidModelException(FolderPath, $"has no encoder for scale {scale}; it has {(Manifest.Encoders.Count == 0 ? "none" : string.Join(", ", Manifest.Encoders.Keys))}");

    /// <summary>Replaces <c>model.json</c>, atomically.</summary>
    public void Update(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        string path = Path.Combine(FolderPath, ManifestName);
        manifest.Check(path);
        string temporary = $"{path}.tmp";
        File.WriteAllBytes(temporary, manifest.ToJson());
        File.Move(temporary, path, overwrite: true);
        Manifest = manifest;
    }

    /// <summary>Fills a module's parameters from a file of this model; the file may hold more.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What stands before the module's names in the file, for example <c>decoder.</c></param>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static void Load(torch.nn.Module module, string path, string prefix = "")
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Load(module, file, prefix);
    }

    /// <summary>Fills a module's parameters from a source; the source may hold more.</summary>
    /// <exception cref="InvalidWeightsException">A parameter is missing or of another shape.</exception>
    public static void Load(torch.nn.Module module, ITensorSource source, string prefix = "")
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            TorchTensors.LoadInto(source, prefix + name, parameter);
        }

        module.eval();
    }

    /// <summary>The content hash of all files, SHA-256 in hexadecimal: what a request is pinned to while it runs.</summary>
    /// <param name="cancellation">Ends the reading, which of large files takes seconds.</param>
    /// <exception cref="InvalidModelException">One of them is empty, or no regular file.</exception>
    public string ContentHash(CancellationToken cancellation = default)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[HashBytes];
        foreach (string file in Directory.EnumerateFiles(FolderPath).Where(IsPart).Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            RequireReadable(file);
            using FileStream stream = File.OpenRead(file);
            using IncrementalHash content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int count;
            while ((count = stream.Read(buffer)) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                content.AppendData(buffer.AsSpan(0, count));
            }

            hash.AppendData(content.GetHashAndReset());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void RequireReadable(string file)
    {
        if (!RegularFile.IsReadable(file))
        {
            throw new InvalidModelException(file, "is empty, or no regular file");
        }
    }

    private static bool IsPart(string file) => Path.GetFileName(file) == ManifestName || Path.GetExtension(file) == ".safetensors";
}
