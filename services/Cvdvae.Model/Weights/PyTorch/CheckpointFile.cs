using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>Chooses the reader by the file's first bytes.</summary>
internal static class CheckpointFile
{
    public static ITensorSource Read(IByteSource bytes)
    {
        Checkpoint checkpoint = IsZip(bytes) ? ZipCheckpoint.Read(bytes) : LegacyCheckpoint.Read(bytes);
        return new CheckpointTensors(bytes, checkpoint);
    }

    private static bool IsZip(IByteSource bytes)
    {
        Span<byte> signature = stackalloc byte[4];
        if (bytes.Length < signature.Length)
        {
            throw new InvalidWeightsException(bytes.Origin, $"has {bytes.Length} bytes: not a file of torch.save");
        }

        bytes.Read(0, signature);
        return signature.SequenceEqual("PK\u0003\u0004"u8);
    }
}
