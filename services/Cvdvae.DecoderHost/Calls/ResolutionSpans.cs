using System.Diagnostics;
using System.Globalization;
using Cvdvae.ServiceDefaults.Observability;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>Writes one span for each resolution of a request: from its first step to its last. One thread at a time.</summary>
/// <param name="parent">The call's span.</param>
/// <param name="time">The clock.</param>
internal sealed class ResolutionSpans(ActivityContext parent, TimeProvider time)
{
    private readonly Dictionary<int, (DateTimeOffset Start, TimeSpan Device)> _open = [];

    /// <summary>Notes a step.</summary>
    /// <param name="resolution">Its resolution.</param>
    /// <param name="deviceTime">How long its batch took.</param>
    /// <param name="isLast">Whether all samples have now run the last step of the resolution.</param>
    public void StepDone(int resolution, TimeSpan deviceTime, bool isLast)
    {
        if (!Telemetry.Source.HasListeners())
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        (DateTimeOffset start, TimeSpan device) = _open.GetValueOrDefault(resolution, (now - deviceTime, TimeSpan.Zero));
        _open[resolution] = (start, device + deviceTime);
        if (!isLast)
        {
            return;
        }

        using Activity? span = Telemetry.Source.StartActivity(
            string.Create(CultureInfo.InvariantCulture, $"decode {resolution}x{resolution}"), ActivityKind.Internal, parent, startTime: start);
        span?.SetTag("cvdvae.resolution", resolution).SetTag("cvdvae.device_ms", (device + deviceTime).TotalMilliseconds).SetEndTime(now.UtcDateTime);
    }
}
