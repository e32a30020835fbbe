using Grpc.Core;

namespace Cvdvae.Client;

/// <summary>
/// Whether and when to try again. Safe by two conditions: the server had not admitted the call, and the same request gives the same images.
/// </summary>
/// <param name="options">Attempts and waits.</param>
/// <param name="random">A number from 0 to 1, anew each time.</param>
internal sealed class RetryPolicy(SuperResolutionClientOptions options, Func<double> random)
{
    private const double Shortened = 0.5;
    private const double Lengthened = 0.25;
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The wait before the next attempt; null: the failure stands.</summary>
    /// <param name="attempts">Attempts made.</param>
    /// <param name="status">Status of the last one.</param>
    /// <param name="retryAfter">The wait that the server asks for, where it does.</param>
    public TimeSpan? Wait(int attempts, StatusCode status, TimeSpan? retryAfter)
    {
        bool retried = status == StatusCode.Unavailable || (status == StatusCode.ResourceExhausted && retryAfter is not null);
        if (!retried || attempts >= options.MaxAttempts || retryAfter > options.MaxRetryDelay)
        {
            return null;
        }

        // Many clients refused at once must not come back at once: each waits for a time of its own, never less than it was asked to.
        double seconds = retryAfter is { } asked && asked > TimeSpan.Zero
            ? asked.TotalSeconds * (1 + (Lengthened * random()))
            : options.RetryDelay.TotalSeconds * Math.Pow(2, attempts - 1) * (1 - (Shortened * random()));
        TimeSpan most = options.MaxRetryDelay < LongestTimer ? options.MaxRetryDelay : LongestTimer;
        return seconds < most.TotalSeconds ? TimeSpan.FromSeconds(seconds) : most;
    }
}
