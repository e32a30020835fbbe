using Cvdvae.Model.Runtime;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Runtime;

/// <summary>Checks device and precision at the start.</summary>
internal sealed class TorchOptionsCheck : IValidateOptions<TorchOptions>
{
    public ValidateOptionsResult Validate(string? name, TorchOptions options)
    {
        string[] problems =
        [
            .. Problem(nameof(options.Device), () => InferenceOptions.ParseDevice(options.Device)),
            .. Problem(nameof(options.Precision), () => InferenceOptions.Parse("cpu", options.Precision)),
        ];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problem(string option, Func<object> parse)
    {
        try
        {
            parse();
            return [];
        }
        catch (ArgumentException error)
        {
            // Its message begins with the name that the command line has for it.
            return [$"{TorchOptions.Section}:{option}{error.Message[error.Message.IndexOf(':', StringComparison.Ordinal)..]}"];
        }
    }
}
