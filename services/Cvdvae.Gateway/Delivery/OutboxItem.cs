using Cvdvae.V1;

namespace Cvdvae.Gateway.Delivery;

/// <summary>An event on its way to the client. Its outbox guards what changes.</summary>
internal sealed class OutboxItem
{
    private OutboxItem(long bytes, UpscaleResponse? message) => (Bytes, Message) = (bytes, message);

    /// <summary>The sample that it is an image of; null: it's no image.</summary>
    public int? Sample { get; private init; }

    /// <summary>Whether it may give way to a newer image of its sample.</summary>
    public bool IsPreview { get; private init; }

    /// <summary>Memory that it takes: its pixels first, its message later.</summary>
    public long Bytes { get; set; }

    /// <summary>What is sent; null until it's encoded.</summary>
    public UpscaleResponse? Message { get; set; }

    /// <summary>Why it couldn't be encoded.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether it gave way: there's no need to encode it any more.</summary>
    public bool IsDropped { get; set; }

    /// <summary>An event without an image.</summary>
    public static OutboxItem Of(UpscaleResponse message) => new(message.CalculateSize(), message);

    /// <summary>A preview, yet to be encoded.</summary>
    public static OutboxItem Preview(int sample, long bytes) => new(bytes, null) { Sample = sample, IsPreview = true };

    /// <summary>A result, yet to be encoded.</summary>
    public static OutboxItem Result(int sample, long bytes) => new(bytes, null) { Sample = sample };
}
