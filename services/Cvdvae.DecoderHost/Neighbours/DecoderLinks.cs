using Cvdvae.DecoderHost.Hosting;
using Cvdvae.DecoderHost.Stages;
using Cvdvae.ServiceDefaults.Channels;
using Microsoft.Extensions.Options;

namespace Cvdvae.DecoderHost.Neighbours;

/// <summary>The other services that a stage calls, as they are configured.</summary>
internal sealed class DecoderLinks
{
    public DecoderLinks(ServiceChannels channels, IOptions<DecoderOptions> decoder, IOptions<EncoderLinkOptions> encoder)
    {
        Range = StageRange.TryParse(decoder.Value.Stages, out StageRange range) ? range : throw new ArgumentException($"stages: '{decoder.Value.Stages}'", nameof(decoder));
        NextAddress = decoder.Value.Next;
        Encoder = new V1.EncoderService.EncoderServiceClient(channels.For(encoder.Value.Address));
        LargestMapAtOnce = encoder.Value.LargestMapAtOnce;
        Next = NextAddress.Length > 0 ? new V1.DecoderService.DecoderServiceClient(channels.For(NextAddress)) : null;
    }

    /// <summary>The resolutions of this stage.</summary>
    public StageRange Range { get; }

    /// <summary>Address of the next stage; empty: none.</summary>
    public string NextAddress { get; }

    /// <summary>The encoder.</summary>
    public V1.EncoderService.EncoderServiceClient Encoder { get; }

    /// <summary>Bytes of the largest feature map that is taken from the encoder at once.</summary>
    public long LargestMapAtOnce { get; }

    /// <summary>The next stage; null: none.</summary>
    public V1.DecoderService.DecoderServiceClient? Next { get; }

    /// <summary>Whether this can be the first stage of a model: it is not, where the stage starts above the coarsest resolution of all.</summary>
    public bool NeedsEncoder => Range == StageRange.All || Range.First == 1;
}
