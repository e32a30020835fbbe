using System.ComponentModel.DataAnnotations;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Where models lie and how they are looked after; section <c>Models</c>.</summary>
public sealed class ModelRepositoryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Models";

    /// <summary>Folder of the models: a model lies in a folder of it, or in a folder of such a folder (for example name/version).</summary>
    [Required]
    public string Path { get; set; } = "models";

    /// <summary>How often the folder is looked at, and how long a model's files must have stayed the same before it is loaded. 10 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ScanInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a model that was replaced or taken away can still be leased by requests that are pinned to it. 0 s to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Retain { get; set; } = TimeSpan.FromSeconds(60);
}
