using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Options that are checked by their attributes when the process starts.</summary>
public static class CheckedOptionsExtensions
{
    /// <summary>Binds options to their section and checks the ranges of their attributes at the start.</summary>
    /// <param name="builder">The options.</param>
    /// <param name="section">Name of the section.</param>
    public static OptionsBuilder<T> BindChecked<T>(this OptionsBuilder<T> builder, string section)
        where T : class
    {
        builder.Services.AddSingleton<IValidateOptions<T>>(new AttributeCheck<T>(section));
        return builder.BindConfiguration(section).ValidateOnStart();
    }
}
