using System.Buffers;
using Cvdvae.TestUtils;

namespace Cvdvae.EncoderHost.Tests;

/// <summary>An image that holds up the thread that reads it, so that a test can say what waits meanwhile.</summary>
internal sealed class BlockingLevels : MemoryManager<byte>
{
    private readonly byte[] _levels = new byte[TinyModel.InputSize * TinyModel.InputSize * 3];
    private readonly ManualResetEventSlim _release = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a thread reads it.</summary>
    public Task Entered => _entered.Task;

    /// <summary>Lets the reader go on.</summary>
    public void Release() => _release.Set();

    public override Span<byte> GetSpan()
    {
        _entered.TrySetResult();
        return _release.Wait(InTime.Limit) ? _levels : throw new TimeoutException();
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin()
    {
        // Never pinned.
    }

    // Without this, the length would be asked of the span and hold up the test.
    public ReadOnlyMemory<byte> Levels => CreateMemory(_levels.Length);

    protected override void Dispose(bool disposing) => _release.Dispose();
}
