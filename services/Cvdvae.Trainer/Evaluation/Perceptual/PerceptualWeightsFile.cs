using Cvdvae.Model.Weights;
using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>Opens a file of weights by what it begins with, whatever its name.</summary>
internal static class PerceptualWeightsFile
{
    private const int SafetensorsHeader = 8; // its length; then the header's '{'
    private const byte PickleProtocol = 0x80;

    /// <summary>Opens a file. It stays open until the result is disposed.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="accepted">What the caller takes, for messages.</param>
    /// <exception cref="InvalidWeightsException">The file is broken or of another format.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static ITensorSource Open(string path, string accepted)
    {
        ReadOnlySpan<byte> start = Start(path);
        if (DeepCompressedFile.Begins(start))
        {
            return DeepCompressedFile.Open(path);
        }

        return start switch
        {
            [.., (byte)'{'] when start.Length > SafetensorsHeader => SafetensorsFile.Open(path),
            [(byte)'P', (byte)'K', ..] or [PickleProtocol, ..] => PyTorchCheckpoint.Open(path),
            _ => throw new InvalidWeightsException(path, $"is of another format; {accepted}"),
        };
    }

    /// <summary>Whether a tensor holds real numbers.</summary>
    public static bool IsFloat(TensorEntry entry) =>
        entry.ElementType is TensorElementType.F64 or TensorElementType.F32 or TensorElementType.F16 or TensorElementType.BF16;

    private static byte[] Start(string path)
    {
        using var bytes = new FileBytes(path);
        byte[] start = new byte[Math.Min(SafetensorsHeader + 1, bytes.Length)];
        bytes.Read(0, start);
        return start;
    }
}
