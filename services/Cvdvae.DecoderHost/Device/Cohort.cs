using Cvdvae.Model.Decoding;
using TorchSharp;

namespace Cvdvae.DecoderHost.Device;

/// <summary>Rows that ran their last step together and share its features until each has run its next.</summary>
internal sealed class Cohort
{
    private static long s_last;
    private readonly DecodeState _state;
    private int _left;

    /// <summary>Takes over a batch.</summary>
    public Cohort(DecodeState state)
    {
        _state = state;
        _left = state.Rows.Count;
        Number = Interlocked.Increment(ref s_last);
    }

    /// <summary>Number of the cohort, so that rows can be sorted by it.</summary>
    public long Number { get; }

    /// <summary>Their features, (B, width, r, r), those of rows that have left too.</summary>
    public torch.Tensor Features => _state.Features!;

    /// <summary>A row does not need its features any more; the last one frees them. Any thread.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _state.Dispose();
        }
    }
}
