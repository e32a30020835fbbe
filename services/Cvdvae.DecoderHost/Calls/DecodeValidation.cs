using System.Collections.Frozen;
using Cvdvae.DecoderHost.Models;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>Checks a request against its model, before anything is allocated for it.</summary>
internal static class DecodeValidation
{
    /// <summary>Highest temperature.</summary>
    public const float MaxTemperature = 10;

    // Longer budgets are none: nothing takes a day.
    private static readonly TimeSpan LongestBudget = TimeSpan.FromDays(1);

    /// <summary>Checks a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="requestId">Identity of the call.</param>
    /// <param name="model">Its model.</param>
    /// <param name="maxSamples">Most samples.</param>
    /// <param name="time">Clock of the deadline, which counts from now.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT.</exception>
    public static DecodeParameters Check(DecodeRequest request, string requestId, LoadedDecoder model, int maxSamples, TimeProvider time)
    {
        int[] resolutions = [.. model.Prior.Resolutions];
        int scale = Scale(request, model);
        int last = request.StopAtResolution == 0 ? resolutions[^1] : Resolution("stop_at_resolution", request.StopAtResolution, resolutions, "0 or ");
        foreach (uint resolution in request.PreviewResolutions)
        {
            Resolution("preview_resolutions", resolution, resolutions[..^1], "");
        }

        CheckSamples(request, resolutions, maxSamples);
        return new DecodeParameters
        {
            RequestId = requestId,
            Request = request,
            Scale = scale,
            LastResolution = last,
            FrameResolutions = request.PreviewResolutions.Select(resolution => (int)resolution).Where(resolution => resolution <= last).Append(last).ToFrozenSet(),
            Sampling = request.PixelSampling switch
            {
                PixelSampling.Sample => ModelSampling.Sample,
                PixelSampling.Mode => ModelSampling.Mode,
                PixelSampling.Mean => ModelSampling.Mean,
                _ => throw RpcErrors.InvalidArgument("pixel_sampling", request.PixelSampling, "PIXEL_SAMPLING_SAMPLE, PIXEL_SAMPLING_MODE or PIXEL_SAMPLING_MEAN"),
            },
            Deadline = Deadline("time_budget", request.TimeBudget, time),
            FirstDeadline = Deadline("first_frame_time_budget", request.FirstFrameTimeBudget, time),
            EncoderTemperature = Temperature("encoder_temperature", request.EncoderTemperature),
            PriorTemperature = Temperature("prior_temperature", request.PriorTemperature),
        };
    }

    private static int Scale(DecodeRequest request, LoadedDecoder model) =>
        request.Scale <= int.MaxValue && model.Branches.ContainsKey((int)request.Scale)
            ? (int)request.Scale
            : throw RpcErrors.InvalidArgument("scale", request.Scale, string.Join(", ", model.Branches.Keys.Order()));

    private static int Resolution(string field, uint value, int[] resolutions, string orElse) =>
        value <= int.MaxValue && resolutions.Contains((int)value)
            ? (int)value
            : throw RpcErrors.InvalidArgument(field, value, orElse + string.Join(", ", resolutions));

    private static void CheckSamples(DecodeRequest request, int[] resolutions, int maxSamples)
    {
        if (request.Samples.Count == 0 || request.Samples.Count > maxSamples)
        {
            throw RpcErrors.InvalidArgument("samples", $"{request.Samples.Count} samples", $"1 to {maxSamples}");
        }

        var seen = new HashSet<uint>();
        foreach (SampleRequest sample in request.Samples)
        {
            if (!seen.Add(sample.Index))
            {
                throw RpcErrors.InvalidArgument("samples.index", sample.Index, "each index once");
            }

            if (sample.DeliveredResolution != 0)
            {
                Resolution("samples.delivered_resolution", sample.DeliveredResolution, resolutions, "0 or ");
            }
        }
    }

    private static float Temperature(string field, float value) =>
        value is >= 0 and <= MaxTemperature ? value : throw RpcErrors.InvalidArgument(field, value, $"0 to {MaxTemperature}");

    private static long? Deadline(string field, Duration? budget, TimeProvider time)
    {
        if (budget is null || budget.Seconds > LongestBudget.TotalSeconds)
        {
            return null;
        }

        return budget.Seconds >= 0 && budget.Nanos is >= 0 and < 1_000_000_000
            ? time.GetTimestamp() + (long)(budget.ToTimeSpan().TotalSeconds * time.TimestampFrequency)
            : throw RpcErrors.InvalidArgument(field, $"{budget.Seconds} s {budget.Nanos} ns", "0 and up");
    }
}
