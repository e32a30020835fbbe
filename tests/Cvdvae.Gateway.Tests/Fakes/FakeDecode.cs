using Cvdvae.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>A request at a fake decoder, and the steps of an answer.</summary>
internal sealed class FakeDecode(
    FakeDecoder decoder, DecodeRequest request, IServerStreamWriter<DecodeResponse> stream, ServerCallContext context)
{
    public DecodeRequest Request { get; } = request;

    public ServerCallContext Context { get; } = context;

    private ModelInfo Model => decoder.Status.Models.Select(model => model.Info).First(info => info.Version == Request.Model.Version);

    private uint End => Request.StopAtResolution == 0 ? Model.OutputSize : Request.StopAtResolution;

    private IEnumerable<uint> Resolutions => Model.Resolutions.Select(resolution => resolution.Resolution).Where(resolution => resolution <= End);

    /// <summary>Does it all, as a real one would.</summary>
    public async Task RunAsync()
    {
        await AcceptAsync();
        await FramesAsync(0, End);
        await CompleteAsync(Request.StopAtResolution == 0 ? CompletionReason.Finished : CompletionReason.StoppedAtResolution, End);
    }

    public Task AcceptAsync() => WriteAsync(new DecodeResponse { Accepted = new DecodeAccepted { Load = decoder.Status.Load } });

    /// <summary>All frames that are due over some resolutions, sample by sample at each; groups too.</summary>
    public async Task FramesAsync(uint from, uint to)
    {
        uint group = 0;
        foreach (uint resolution in Resolutions)
        {
            for (int i = 0; i < 2 && Request.ReportGroups && resolution >= from && resolution <= to; i++)
            {
                await GroupAsync(group + (uint)i, resolution);
            }

            group += 2;
            foreach (SampleRequest sample in Request.Samples)
            {
                if (resolution >= from && resolution <= to && resolution > sample.DeliveredResolution
                    && (resolution == End || Request.PreviewResolutions.Contains(resolution)))
                {
                    await FrameAsync(sample.Index, resolution);
                }
            }
        }
    }

    public Task GroupAsync(uint group, uint resolution) =>
        WriteAsync(new DecodeResponse { GroupDecoded = new GroupDecoded { Group = group, Resolution = resolution } });

    /// <summary>A frame, in two pieces when it's large.</summary>
    public async Task FrameAsync(uint sample, uint resolution)
    {
        byte[] pixels = TestModels.Pixels(Request.Seed, sample, resolution);
        int half = pixels.Length > 10_000 ? pixels.Length / 2 : pixels.Length;
        for (int offset = 0; offset < pixels.Length; offset += half)
        {
            var tensor = new Tensor
            {
                Type = TensorType.Uint8,
                Shape = { resolution, resolution, 3 },
                Offset = (ulong)offset,
                Data = ByteString.CopyFrom(pixels, offset, Math.Min(half, pixels.Length - offset)),
            };
            await WriteAsync(new DecodeResponse { Frame = new Frame { SampleIndex = sample, Resolution = resolution, Image = tensor } });
        }
    }

    public Task CompleteAsync(CompletionReason reason, uint reached) => WriteAsync(new DecodeResponse
    {
        Completed = new DecodeCompleted
        {
            Reason = reason,
            ReachedResolution = reached,
            Queued = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(7)),
            Device = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(11)),
            Load = decoder.Status.Load,
        },
    });

    /// <summary>Waits until the caller has left.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, Context.CancellationToken);

    public Task WriteAsync(DecodeResponse message) => stream.WriteAsync(message, Context.CancellationToken);
}
