namespace Cvdvae.Gateway.Security;

/// <summary>Who may call the API; section <c>Auth</c> of the configuration.</summary>
public sealed class AuthOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Auth";

    /// <summary>Whether calls need credentials; not set: as soon as keys or tokens are configured. Health, reflection and the page never do.</summary>
    public bool? Required { get; set; }

    /// <summary>API keys.</summary>
    public ApiKeyOptions ApiKeys { get; } = new();

    /// <summary>Bearer tokens.</summary>
    public JwtOptions Jwt { get; } = new();

    /// <summary>Quota of each subject of a token, of each key that has none of its own, and of each address from which calls come without credentials.</summary>
    public QuotaOptions Quota { get; set; } = new();

    /// <summary>How often the files of keys are looked at, 100 ms to 1 day.</summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether calls need credentials.</summary>
    internal bool IsRequired => Required ?? (ApiKeys.IsConfigured || Jwt.IsConfigured);
}
