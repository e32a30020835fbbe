using Cvdvae.V1;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>A model down to its content.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version.</param>
/// <param name="ContentHash">SHA-256 of its files, hexadecimal, small letters.</param>
public sealed record ModelIdentity(string Name, string Version, string ContentHash)
{
    /// <summary>As requests carry it.</summary>
    public ModelPin ToPin() => new() { Name = Name, Version = Version, ContentHash = ContentHash };

    /// <summary><c>name@version</c>.</summary>
    public override string ToString() => $"{Name}@{Version}";
}
