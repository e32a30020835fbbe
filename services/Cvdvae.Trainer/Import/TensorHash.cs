using System.Security.Cryptography;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Import;

/// <summary>Hashes a tensor by type, shape and content.</summary>
internal static class TensorHash
{
    public static string Of(ITensorSource source, TensorEntry entry)
    {
        byte[] content = new byte[entry.ByteLength];
        source.CopyTo(entry.Name, content);
        return $"{entry.ElementType} {entry.ShapeText} {Convert.ToHexString(SHA256.HashData(content))}";
    }
}
