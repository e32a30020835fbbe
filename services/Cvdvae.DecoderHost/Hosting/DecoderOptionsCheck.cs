using Cvdvae.DecoderHost.Stages;
using Cvdvae.ModelHosting.Wire;
using Cvdvae.ServiceDefaults.Channels;
using Microsoft.Extensions.Options;

namespace Cvdvae.DecoderHost.Hosting;

/// <summary>Checks what attributes can't say.</summary>
internal sealed class DecoderOptionsCheck : IValidateOptions<DecoderOptions>, IValidateOptions<EncoderLinkOptions>
{
    public ValidateOptionsResult Validate(string? name, DecoderOptions options)
    {
        string[] problems = [.. Problems(options)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    public ValidateOptionsResult Validate(string? name, EncoderLinkOptions options) => ServiceChannels.IsAddress(options.Address)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{EncoderLinkOptions.Section}:{nameof(options.Address)}: '{options.Address}' is not {ServiceChannels.Accepted}");

    private static IEnumerable<string> Problems(DecoderOptions options)
    {
        if (!StageRange.TryParse(options.Stages, out _))
        {
            yield return $"{DecoderOptions.Section}:{nameof(options.Stages)}: '{options.Stages}' is not empty or FIRST-LAST, two resolutions, for example 64-256";
        }

        if (options.Next.Length > 0 && !ServiceChannels.IsAddress(options.Next))
        {
            yield return $"{DecoderOptions.Section}:{nameof(options.Next)}: '{options.Next}' is not empty or {ServiceChannels.Accepted}";
        }

        if (FeatureTypeProblem(options.FeatureType) is { } problem)
        {
            yield return problem;
        }
    }

    private static string? FeatureTypeProblem(string type)
    {
        try
        {
            _ = TensorWire.ParseFeatureType($"{DecoderOptions.Section}:{nameof(DecoderOptions.FeatureType)}", type);
            return null;
        }
        catch (ArgumentException error)
        {
            return error.Message;
        }
    }
}
