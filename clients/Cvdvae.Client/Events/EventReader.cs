using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cvdvae.Client;

/// <summary>Messages of the protocol to events.</summary>
internal static class EventReader
{
    /// <summary>The event of a message; null for a kind that this client does not know.</summary>
    public static UpscaleEvent? Read(UpscaleResponse response) => response.EventCase switch
    {
        UpscaleResponse.EventOneofCase.Started => Read(response.Started),
        UpscaleResponse.EventOneofCase.GroupDecoded => new GroupDecodedEvent((int)response.GroupDecoded.Group, (int)response.GroupDecoded.Resolution),
        UpscaleResponse.EventOneofCase.Preview => new PreviewEvent(
            (int)response.Preview.SampleIndex, (int)response.Preview.Resolution, Read(response.Preview.Image)),
        UpscaleResponse.EventOneofCase.Result => new ResultEvent(
            (int)response.Result.SampleIndex, Read(response.Result.Image), response.Result.LrPsnrDb),
        UpscaleResponse.EventOneofCase.Completed => new CompletedEvent(
            (int)response.Completed.ReachedResolution, response.Completed.Reason, Read(response.Completed.Timings ?? new())),
        _ => null,
    };

    private static StartedEvent Read(Started started) => new()
    {
        RequestId = started.RequestId,
        Model = started.Model,
        Scale = (int)started.Scale,
        InputSize = (int)started.InputSize,
        OutputSize = (int)started.OutputSize,
        GroupCount = (int)started.GroupCount,
        ConditionedGroupCount = (int)started.ConditionedGroupCount,
        Resolutions = [.. started.Resolutions.Select(resolution => (int)resolution)],
        Seed = started.Seed,
    };

    // The bytes are not copied: nothing else holds the message.
    private static EncodedImage Read(Image? image) =>
        image is null ? new(default, ImageFormat.Unspecified, 0, 0) : new(image.Data.Memory, image.Format, (int)image.Width, (int)image.Height);

    private static ServerTimings Read(Timings timings) => new(
        Read(timings.FirstPreview),
        Read(timings.Total),
        Read(timings.Queued),
        Read(timings.Device),
        [.. timings.Resolutions.Select(timing => ((int)timing.Resolution, Read(timing.Elapsed)))]);

    private static TimeSpan Read(Duration? duration) => duration?.ToTimeSpan() ?? TimeSpan.Zero;
}
