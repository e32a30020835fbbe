using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Cvdvae.Gateway.Security;

/// <summary>The public keys of a JSON Web Key Set.</summary>
internal static class SigningKeys
{
    /// <summary>Reads a set.</summary>
    /// <exception cref="InvalidDataException">There is no key in it, or one that must not be there.</exception>
    public static IReadOnlyList<SecurityKey> Read(byte[] file)
    {
        var set = new JsonWebKeySet(Encoding.UTF8.GetString(file)) { SkipUnresolvedJsonWebKeys = false };
        foreach (JsonWebKey key in set.Keys)
        {
            if (key.Kty is not (JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve))
            {
                throw new InvalidDataException($"the key '{key.Kid}' is of the type '{key.Kty}'; RSA and EC are accepted");
            }

            if (key.HasPrivateKey)
            {
                throw new InvalidDataException($"the key '{key.Kid}' is a private one; only public ones belong here");
            }
        }

        IList<SecurityKey> keys = set.GetSigningKeys();
        return keys.Count > 0 ? [.. keys] : throw new InvalidDataException("there is no key for signatures in it");
    }
}
