using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Runtime;

/// <summary>Checks device and precision at the start.</summary>
internal sealed class TorchOptionsCheck : IValidateOptions<TorchOptions>
{
    public ValidateOptionsResult Validate(string? name, TorchOptions options)
    {
        try
        {
            options.ToInferenceOptions();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            return ValidateOptionsResult.Fail($"{TorchOptions.Section}: {error.Message}");
        }
    }
}
