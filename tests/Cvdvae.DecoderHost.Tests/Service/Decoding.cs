using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>What a decode sent.</summary>
internal sealed class Decoding
{
    public List<DecodeResponse> Events { get; } = [];

    public IEnumerable<Frame> Frames => Events.Where(response => response.EventCase == DecodeResponse.EventOneofCase.Frame).Select(response => response.Frame);

    public IEnumerable<uint> Groups => Events.Where(response => response.EventCase == DecodeResponse.EventOneofCase.GroupDecoded).Select(response => response.GroupDecoded.Group);

    public DecodeCompleted Completed => Events[^1].Completed;

    /// <summary>Levels of the frame of a sample at a resolution.</summary>
    public byte[] Levels(uint sample, uint resolution) =>
        Assert.Single(Frames, frame => frame.SampleIndex == sample && frame.Resolution == resolution).Image.Data.ToByteArray();

    /// <summary>The frames as (sample, resolution) in the order in which they came.</summary>
    public List<(uint Sample, uint Resolution)> Order => [.. Frames.Select(frame => (frame.SampleIndex, frame.Resolution))];

    /// <summary>Reads a decode to its end, which must be one.</summary>
    public static async Task<Decoding> ReadAsync(AsyncServerStreamingCall<DecodeResponse> call)
    {
        var decoding = new Decoding();
        await decoding.ReadRestAsync(call);
        return decoding;
    }

    /// <summary>Reads what is left of a decode to its end, which must be one.</summary>
    public async Task ReadRestAsync(AsyncServerStreamingCall<DecodeResponse> call)
    {
        await foreach (DecodeResponse response in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            Events.Add(response);
        }

        Assert.Equal(DecodeResponse.EventOneofCase.Accepted, Events[0].EventCase);
        Assert.NotNull(Completed);
    }
}
