using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>Chooses the reader by the file's first bytes.</summary>
internal static class CheckpointFile
{
    public static ITensorSource Read(IByteSource bytes)
    {
        throw new InvalidWeightsException(bytes.Origin, "is not supported yet");
    }
}
