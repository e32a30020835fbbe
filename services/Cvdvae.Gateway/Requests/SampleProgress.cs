using Cvdvae.Imaging;

namespace Cvdvae.Gateway.Requests;

/// <summary>How far a sample has come.</summary>
/// <param name="index">Its index.</param>
internal sealed class SampleProgress(int index)
{
    private V1.Image? _encoded;

    /// <summary>Its index: with the seed it fixes the random numbers, wherever it's decoded.</summary>
    public int Index { get; } = index;

    /// <summary>Resolution of the finest frame that came; 0: none.</summary>
    public uint Finest { get; private set; }

    /// <summary>That frame, until the result is made of it.</summary>
    public RgbImage? Frame { get; private set; }

    /// <summary>Whether its result was handed on.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The finest preview that was encoded so far: where it's to be the result, it needn't be encoded again. Any thread.</summary>
    public V1.Image? Encoded
    {
        get => Volatile.Read(ref _encoded);
        set => Volatile.Write(ref _encoded, value);
    }

    /// <summary>Notes a frame.</summary>
    public void Reach(uint resolution, RgbImage frame) => (Finest, Frame) = (resolution, frame);

    /// <summary>Notes that its result is on its way.</summary>
    public void Finish() => (IsFinished, Frame) = (true, null);
}
