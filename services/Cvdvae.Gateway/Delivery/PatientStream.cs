using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Delivery;

/// <summary>A stream to a reader that is waited for, but not for ever: who takes nothing for a time would hold a place of the gateway as long as it likes.</summary>
/// <param name="stream">The stream.</param>
/// <param name="patience">Longest wait until a message is taken, beside the time that its bytes need on a slow line.</param>
/// <param name="time">The clock.</param>
/// <param name="abort">Ends the call at once: a reader that takes nothing would not take its end either.</param>
internal sealed class PatientStream(IServerStreamWriter<UpscaleResponse> stream, TimeSpan patience, TimeProvider time, Action abort) : IServerStreamWriter<UpscaleResponse>
{
    // A line that is slower can't follow a call.
    private const double SlowestBytesPerSecond = 8 << 10;

    public WriteOptions? WriteOptions
    {
        get => stream.WriteOptions;
        set => stream.WriteOptions = value;
    }

    public Task WriteAsync(UpscaleResponse message) => WriteAsync(message, CancellationToken.None);

    /// <exception cref="RpcException">ABORTED: the reader took nothing for too long.</exception>
    public Task WriteAsync(UpscaleResponse message, CancellationToken cancellationToken)
    {
        Task writing = stream.WriteAsync(message, cancellationToken);
        return writing.IsCompleted ? writing : WaitAsync(writing, message.CalculateSize(), cancellationToken);
    }

    private async Task WaitAsync(Task writing, int bytes, CancellationToken cancellationToken)
    {
        TimeSpan longest = patience + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond);
        try
        {
            await writing.WaitAsync(longest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            abort();
            throw new RpcException(new Status(StatusCode.Aborted, FormattableString.Invariant($"the reader took nothing for {longest.TotalSeconds:0} s")));
        }
    }
}
