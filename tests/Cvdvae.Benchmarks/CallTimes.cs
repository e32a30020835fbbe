namespace Cvdvae.Benchmarks;

/// <summary>Milliseconds from the call to what arrived.</summary>
/// <param name="Previews">The previews, in the order of arrival.</param>
/// <param name="Result">The result.</param>
/// <param name="Device">Time on the decoder's device, as the server says.</param>
/// <param name="Queued">Time that the request waited for it.</param>
internal sealed record CallTimes(IReadOnlyList<(int Resolution, double Milliseconds)> Previews, double Result, double Device, double Queued)
{
    public double FirstPreview => Previews[0].Milliseconds;
}
