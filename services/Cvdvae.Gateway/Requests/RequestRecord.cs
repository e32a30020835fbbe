using Cvdvae.Gateway.Routing;
using Cvdvae.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cvdvae.Gateway.Requests;

/// <summary>
/// All that fixes a running request, and how far it has come: enough for another decoder to go on where one was lost, with the same images.
/// </summary>
internal sealed class RequestRecord
{
    private readonly Tensor _image;
    private readonly Dictionary<uint, TimeSpan> _reached = [];
    private readonly uint[] _frameResolutions;

    public RequestRecord(string id, UpscaleParameters parameters, InputImage input, CallClock clock)
    {
        (Id, Parameters, Input, Clock) = (id, parameters, input, clock);
        Target = DecodeTarget.Of(parameters.Model);
        Samples = [.. Enumerable.Range(0, parameters.SampleCount).Select(index => new SampleProgress(index))];
        _frameResolutions = [.. parameters.PreviewResolutions.Where(resolution => resolution < parameters.EndResolution), parameters.EndResolution];
        _image = new Tensor
        {
            Type = TensorType.Uint8,
            Shape = { (uint)input.Pixels.Height, (uint)input.Pixels.Width, 3 },
            Data = UnsafeByteOperations.UnsafeWrap(input.Pixels.Pixels),
        };
    }

    /// <summary>Identity in logs and traces.</summary>
    public string Id { get; }

    /// <summary>What was asked for.</summary>
    public UpscaleParameters Parameters { get; }

    /// <summary>The low-resolution image.</summary>
    public InputImage Input { get; }

    /// <summary>Its times.</summary>
    public CallClock Clock { get; }

    /// <summary>What a decoder must have; precision and noise version are fixed by the first that admits the request.</summary>
    public DecodeTarget Target { get; private set; }

    /// <summary>The samples, by index.</summary>
    public IReadOnlyList<SampleProgress> Samples { get; }

    /// <summary>Groups that were told of.</summary>
    public int GroupsReported { get; set; }

    /// <summary>Time in queues of decoders.</summary>
    public TimeSpan Queued { get; private set; }

    /// <summary>Time on devices.</summary>
    public TimeSpan Device { get; private set; }

    /// <summary>The coarsest of the resolutions that samples reached.</summary>
    public uint ReachedResolution => Samples.Min(sample => sample.Finest);

    /// <summary>Whether every sample has its result.</summary>
    public bool IsFinished => Samples.All(sample => sample.IsFinished);

    /// <summary>Whether a sample has reached a resolution.</summary>
    public bool HasImages => Samples.Any(sample => sample.Finest > 0);

    /// <summary>When every sample had reached a resolution, coarse to fine; of resolutions whose frames were asked for.</summary>
    public IEnumerable<ResolutionTiming> Timings => _frameResolutions.Where(_reached.ContainsKey)
        .Select(resolution => new ResolutionTiming { Resolution = resolution, Elapsed = Duration.FromTimeSpan(_reached[resolution]) });

    /// <summary>Says which decoder's arithmetic the request is bound to from now on.</summary>
    public void Pin(string precision, uint noiseVersion) => Target = Target with { Precision = precision, NoiseVersion = noiseVersion };

    /// <summary>Adds the times that a decoder took.</summary>
    public void Spent(DecodeCompleted completed)
    {
        Queued += completed.Queued?.ToTimeSpan() ?? TimeSpan.Zero;
        Device += completed.Device?.ToTimeSpan() ?? TimeSpan.Zero;
    }

    /// <summary>Notes which resolutions all samples have reached; gives those that are new.</summary>
    public IReadOnlyList<(uint Resolution, TimeSpan Elapsed)> NoteReached()
    {
        uint reached = ReachedResolution;
        TimeSpan elapsed = Clock.Elapsed;
        List<(uint, TimeSpan)> added = [];
        foreach (uint resolution in _frameResolutions)
        {
            if (resolution <= reached && _reached.TryAdd(resolution, elapsed))
            {
                added.Add((resolution, elapsed));
            }
        }

        return added;
    }

    /// <summary>What to ask a decoder for: the samples that aren't finished, from where they are.</summary>
    /// <param name="precision">Type of its weights and features.</param>
    /// <param name="noiseVersion">Its layout of random numbers.</param>
    public DecodeRequest ToDecodeRequest(string precision, uint noiseVersion)
    {
        var request = new DecodeRequest
        {
            RequestId = Id,
            Model = Target.Model,
            Precision = precision,
            NoiseVersion = noiseVersion,
            Scale = Input.Scale.Scale,
            Image = _image,
            Seed = Parameters.Seed,
            EncoderTemperature = Parameters.EncoderTemperature,
            PriorTemperature = Parameters.PriorTemperature,
            PixelSampling = Parameters.PixelSampling,
            StopAtResolution = Parameters.StopsEarly ? Parameters.EndResolution : 0,
            ReportGroups = Parameters.ReportGroups,
            TimeBudget = Clock.Remaining is TimeSpan budget ? Duration.FromTimeSpan(budget) : null,
        };
        request.FirstFrameTimeBudget = !HasImages && Clock.RemainingForFirstFrame is TimeSpan first ? Duration.FromTimeSpan(first) : null;
        request.PreviewResolutions.AddRange(Parameters.PreviewResolutions);
        request.Samples.AddRange(Samples.Where(sample => !sample.IsFinished)
            .Select(sample => new SampleRequest { Index = (uint)sample.Index, DeliveredResolution = sample.Finest }));
        return request;
    }
}
