using System.Text.Json.Nodes;

namespace Cvdvae.TestUtils;

/// <summary>
/// The tiny reference model as a model folder, with its low-res encoder x4 (8x8 to 32x32 pixels) and preview heads: what <c>cvdvae-trainer import</c> and
/// <c>previews</c> make of tiny-srvdvae.ckpt. The numbers it has to give are in tiny-io.safetensors.
/// </summary>
public static class TinyModel
{
    /// <summary>Its scale.</summary>
    public const int Scale = 4;

    /// <summary>Side of its input in pixels.</summary>
    public const int InputSize = 8;

    /// <summary>Side of its result in pixels.</summary>
    public const int OutputSize = 32;

    /// <summary>Writes the model into a folder, which is made.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="version">Its version.</param>
    /// <param name="licence">Any text: another one gives another content hash under the same name and version.</param>
    public static void CreateFolder(string path, string name = "tiny", string version = "1", string? licence = null)
    {
        Directory.CreateDirectory(path);
        string source = Path.GetDirectoryName(Fixture.Path(Path.Combine("tiny", "model.json")))!;
        foreach (string weights in Directory.EnumerateFiles(source, "*.safetensors"))
        {
            File.Copy(weights, Path.Combine(path, Path.GetFileName(weights)), overwrite: true);
        }

        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "model.json")))!;
        (manifest["name"], manifest["version"]) = (name, version);
        if (licence is not null)
        {
            manifest["licence"] = licence;
        }

        File.WriteAllText(Path.Combine(path, "model.json"), manifest.ToJsonString());
    }
}
