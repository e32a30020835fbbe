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
        if (!StageRange.TryParse(options.Stages, out _))
        {
            return Fail($"{DecoderOptions.Section}:{nameof(options.Stages)}", options.Stages, "empty or FIRST-LAST, two resolutions, for example 64-256");
        }

        if (options.Next.Length > 0 && !ServiceChannels.IsAddress(options.Next))
        {
            return Fail($"{DecoderOptions.Section}:{nameof(options.Next)}", options.Next, $"empty or {ServiceChannels.Accepted}");
        }

        try
        {
            _ = TensorWire.ParseFeatureType($"{DecoderOptions.Section}:{nameof(options.FeatureType)}", options.FeatureType);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }

    public ValidateOptionsResult Validate(string? name, EncoderLinkOptions options) => ServiceChannels.IsAddress(options.Address)
        ? ValidateOptionsResult.Success
        : Fail($"{EncoderLinkOptions.Section}:{nameof(options.Address)}", options.Address, ServiceChannels.Accepted);

    private static ValidateOptionsResult Fail(string option, string value, string accepted) =>
        ValidateOptionsResult.Fail($"{option}: '{value}' is not {accepted}");
}
