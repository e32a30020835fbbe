using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Checks the options at the start.</summary>
internal sealed class ListeningOptionsCheck : IValidateOptions<ListeningOptions>
{
    public ValidateOptionsResult Validate(string? name, ListeningOptions options)
    {
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
