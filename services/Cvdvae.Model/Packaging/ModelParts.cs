using System.Globalization;
using System.Security.Cryptography;

namespace Cvdvae.Model.Packaging;

/// <summary>What a model folder lacks before it can be served, and the command that makes it: a refusal, or the last line of the command before, names it.</summary>
public static class ModelParts
{
    private const string Trainer = "cvdvae-trainer";

    /// <summary>Fails where a part that an encoder service needs is missing.</summary>
    /// <exception cref="InvalidModelException">One is; the message names the command that makes it.</exception>
    public static void RequireEncoders(this ModelFolder folder) => Require(folder, MissingEncoder(folder));

    /// <summary>Fails where a part that a decoder needs is missing, or does not belong to the others.</summary>
    /// <exception cref="InvalidModelException">One is; the message names the command that makes it.</exception>
    public static void RequireAll(this ModelFolder folder) => Require(folder, Missing(folder));

    /// <summary>The command that comes next: it makes the first part that is missing or, with all there, serves the model.</summary>
    public static string NextCommand(this ModelFolder folder)
    {
        if (Missing(folder) is { } missing)
        {
            return missing.Command;
        }

        string models = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.FolderPath))) ?? "/";
        return $"MODELS={Quoted(models)} make serve";
    }

    /// <summary>The hash of the prior's file, SHA-256 in hexadecimal: what tells the prior that an encoder was trained for.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static string PriorHash(this ModelFolder folder)
    {
        using FileStream stream = File.OpenRead(folder.PriorPath);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static (string Problem, string Command)? Missing(ModelFolder folder)
    {
        string path = Quoted(folder.FolderPath);
        if (!File.Exists(folder.PriorPath))
        {
            return ("has no prior.safetensors", $"{Trainer} import --checkpoint FILE --hparams FILE --output {path}, or {Trainer} prior --model {path} --hparams FILE --data FILE --validation-data FILE --run FOLDER");
        }

        if (MissingEncoder(folder) is { } encoder)
        {
            return encoder;
        }

        if (Stranger(folder) is int scale)
        {
            return (Text($"has an encoder-x{scale}.safetensors that was trained for another prior than its prior.safetensors"), Encoder(folder));
        }

        return File.Exists(folder.PreviewsPath) ? null : ("has no previews.safetensors", $"{Trainer} previews --model {path}");
    }

    private static (string Problem, string Command)? MissingEncoder(ModelFolder folder)
    {
        if (folder.Manifest.Encoders.Count == 0)
        {
            return ("has no low-res encoder", Encoder(folder));
        }

        int scale = folder.Manifest.Encoders.Keys.FirstOrDefault(scale => !File.Exists(folder.EncoderPath(scale)));
        return scale == 0 ? null : (Text($"has no encoder-x{scale}.safetensors, though model.json names it"), Encoder(folder));
    }

    // The hash is only taken where there is one to compare it with: older models have none.
    private static int? Stranger(ModelFolder folder)
    {
        var known = folder.Manifest.Encoders.Keys
            .Select(scale => (Scale: scale, Hash: folder.Manifest.Training.GetValueOrDefault(Text($"encoder-x{scale}"))?.PriorSha256))
            .Where(encoder => encoder.Hash is not null)
            .ToArray();
        string? hash = known.Length > 0 ? folder.PriorHash() : null;
        return known.Where(encoder => encoder.Hash != hash).Select(encoder => (int?)encoder.Scale).FirstOrDefault();
    }

    private static string Encoder(ModelFolder folder) =>
        $"{Trainer} encoder --model {Quoted(folder.FolderPath)} --hparams FILE --data FILE --validation-data FILE --run FOLDER";

    private static void Require(ModelFolder folder, (string Problem, string Command)? missing)
    {
        if (missing is { } part)
        {
            throw new InvalidModelException(folder.FolderPath, $"{part.Problem}; next: {part.Command}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string path) =>
        path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+@%=:,".Contains(letter, StringComparison.Ordinal)) ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
