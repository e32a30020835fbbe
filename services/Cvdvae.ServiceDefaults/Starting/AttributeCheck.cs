using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Checks options by the attributes of their class, and says what is wrong with the option's key, its value and what is accepted.</summary>
/// <param name="section">Name of the section.</param>
internal sealed class AttributeCheck<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        string[] problems = [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property => Problems(property, property.GetValue(options)))];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(PropertyInfo property, object? value) => property.GetCustomAttributes<ValidationAttribute>(inherit: true)
        .Where(attribute => !attribute.IsValid(value))
        .Select(attribute => attribute switch
        {
            RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"{section}:{property.Name}: {value} is not from {range.Minimum} to {range.Maximum}"),
            RequiredAttribute => $"{section}:{property.Name}: it is empty and has to be set",
            _ => $"{section}:{property.Name}: {attribute.FormatErrorMessage(property.Name)}",
        });
}
