using Cvdvae.ServiceDefaults.Channels;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway;

/// <summary>Refuses options out of range when the process starts.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        List<string> failures = [];
        Check(nameof(options.MaxSamples), options.MaxSamples, 1, 1024);
        Check(nameof(options.MaxMessageBytes), options.MaxMessageBytes, 64 << 10, 1 << 30);
        Check(nameof(options.MaxImageBytes), options.MaxImageBytes, 1 << 10, options.MaxMessageBytes);
        Check(nameof(options.MaxImageSide), options.MaxImageSide, 1, 16384);
        Check(nameof(options.MaxConcurrentCalls), options.MaxConcurrentCalls, 1, 100_000);
        Check(nameof(options.MaxCallDuration), options.MaxCallDuration, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Check(nameof(options.ReaderPatience), options.ReaderPatience, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Check(nameof(options.DeadlineMargin), options.DeadlineMargin, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Check(nameof(options.DeadlineMarginPerSample), options.DeadlineMarginPerSample, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Check(nameof(options.MaxWaitingPreviewBytes), options.MaxWaitingPreviewBytes, 0, 1 << 30);
        Check(nameof(options.ImageWorkers), options.ImageWorkers, 0, 256);
        Check(nameof(options.StatusInterval), options.StatusInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Check(nameof(options.StatusTimeout), options.StatusTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Check(nameof(options.StatusRetain), options.StatusRetain, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Check(nameof(options.AcceptTimeout), options.AcceptTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        Check(nameof(options.FailoverTimeout), options.FailoverTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Check(nameof(options.MaxFailovers), options.MaxFailovers, 0, 100);
        foreach (string address in options.Decoders)
        {
            if (!ServiceChannels.IsAddress(address))
            {
                failures.Add($"{GatewayOptions.Section}:{nameof(options.Decoders)}: '{address}' is not {ServiceChannels.Accepted}");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check<T>(string option, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            {
                failures.Add($"{GatewayOptions.Section}:{option}: {value} is not from {least} to {most}");
            }
        }
    }
}
