using System.Security.Cryptography;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Requests;

/// <summary>Checks the fields of a request, all but the model's name and the image, and fills in defaults.</summary>
internal static class RequestRules
{
    private const float MaxTemperature = 10;
    private const uint DefaultQuality = 90;
    private const uint MaxQuality = 100;

    /// <summary>Checks <paramref name="request"/> against its model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model that it names.</param>
    /// <param name="maxSamples">Most samples.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, naming the field, its value and what is accepted.</exception>
    public static UpscaleParameters Check(UpscaleRequest request, ModelInfo model, int maxSamples)
    {
        if (request.SampleCount > maxSamples)
        {
            throw RpcErrors.InvalidArgument("sample_count", request.SampleCount, $"1 to {maxSamples}, or 0 for 1");
        }

        if (request.Quality > MaxQuality)
        {
            throw RpcErrors.InvalidArgument("quality", request.Quality, $"1 to {MaxQuality}, or 0 for {DefaultQuality}");
        }

        if (request.Scale != 0 && model.Scales.All(scale => scale.Scale != request.Scale))
        {
            throw RpcErrors.InvalidArgument(
                "scale", request.Scale, $"{Join(model.Scales.Select(scale => scale.Scale))}, or 0 for the one of the image's size");
        }

        Defined("input_fit", request.InputFit);
        PixelSampling pixelSampling = Defined("pixel_sampling", request.PixelSampling);
        float encoderTemperature = request.HasEncoderTemperature ? request.EncoderTemperature : model.EncoderTemperature;
        float priorTemperature = request.HasPriorTemperature ? request.PriorTemperature : model.PriorTemperature;
        uint stop = Resolution("stop_at_resolution", request.StopAtResolution, model, orZero: true);
        return new UpscaleParameters
        {
            Model = model,
            SampleCount = request.SampleCount == 0 ? 1 : (int)request.SampleCount,
            Seed = request.HasSeed ? request.Seed : DrawSeed(),
            EncoderTemperature = Temperature("encoder_temperature", encoderTemperature),
            PriorTemperature = Temperature("prior_temperature", priorTemperature),
            PixelSampling = pixelSampling != PixelSampling.Unspecified ? pixelSampling
                : model.PixelSampling != PixelSampling.Unspecified ? model.PixelSampling : PixelSampling.Sample,
            EnforceConsistency = request.EnforceConsistency,
            PreviewFormat = Format("preview_format", request.PreviewFormat),
            ResultFormat = Format("result_format", request.ResultFormat),
            Quality = (int)(request.Quality == 0 ? DefaultQuality : request.Quality),
            PreviewResolutions = Previews(request, model),
            EndResolution = stop == 0 ? model.OutputSize : stop,
            ReportGroups = request.ReportGroups,
        };
    }

    private static string Join(IEnumerable<uint> values) => string.Join(", ", values);

    private static float Temperature(string field, float value) => value is >= 0 and <= MaxTemperature
        ? value
        : throw RpcErrors.InvalidArgument(field, value, $"0 to {MaxTemperature}");

    private static TEnum Defined<TEnum>(string field, TEnum value)
        where TEnum : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw RpcErrors.InvalidArgument(
            field, Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture), $"0 to {Enum.GetValues<TEnum>().Length - 1}");

    private static ImageFormat Format(string field, ImageFormat value) =>
        Defined(field, value) == ImageFormat.Unspecified ? ImageFormat.Png : value;

    private static uint Resolution(string field, uint value, ModelInfo model, bool orZero)
    {
        if ((orZero && value == 0) || model.Resolutions.Any(resolution => resolution.Resolution == value))
        {
            return value;
        }

        string resolutions = Join(model.Resolutions.Select(resolution => resolution.Resolution));
        throw RpcErrors.InvalidArgument(field, value, orZero ? $"{resolutions}, or 0 for the last" : resolutions);
    }

    private static List<uint> Previews(UpscaleRequest request, ModelInfo model)
    {
        // A set first: the field may be as long as a message.
        HashSet<uint> wanted = [.. request.PreviewResolutions];
        foreach (uint resolution in wanted)
        {
            Resolution("preview_resolutions", resolution, model, orZero: false);
        }

        return
        [
            .. model.Resolutions.Select(resolution => resolution.Resolution)
                .Where(resolution => resolution < model.OutputSize && (wanted.Count == 0 || wanted.Contains(resolution))),
        ];
    }

    // Below 2^53, so that JSON and JavaScript clients, whose numbers are doubles, show it exactly.
    private static ulong DrawSeed()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) >> 11;
    }
}
