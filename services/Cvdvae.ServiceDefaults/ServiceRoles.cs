namespace Cvdvae.ServiceDefaults;

/// <summary>The roles of a process.</summary>
public static class ServiceRoles
{
    /// <summary>The public API.</summary>
    public const string Gateway = "gateway";

    /// <summary>The bottom-up network.</summary>
    public const string Encoder = "encoder";

    /// <summary>The top-down network, or a stage of it.</summary>
    public const string Decoder = "decoder";

    /// <summary>All of them, for development.</summary>
    public const string AllInOne = "all";
}
