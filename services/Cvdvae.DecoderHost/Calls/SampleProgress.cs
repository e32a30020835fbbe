using Cvdvae.V1;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>How far a sample is.</summary>
/// <param name="request">What the caller wants of it.</param>
internal sealed class SampleProgress(SampleRequest request)
{
    /// <summary>Index of the sample.</summary>
    public uint Index => request.Index;

    /// <summary>Resolution of the finest frame that the caller has already.</summary>
    public uint Delivered => request.DeliveredResolution;

    /// <summary>The finest frame so far; null before the first.</summary>
    public Frame? Finest { get; set; }

    /// <summary>Resolution of the finest frame that was queued to be sent; 0: none.</summary>
    public uint Queued { get; set; }

    /// <summary>Whether its features have left for the next stage.</summary>
    public bool HandedOver { get; set; }

    /// <summary>Whether it won't come from the stage before.</summary>
    public bool Dropped { get; set; }
}
