using System.Globalization;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Verification;

/// <summary>
/// Recomputes the tensors of a reference file, made by the official programs from the same weights and recorded random numbers, and compares them one by one.
/// </summary>
public sealed class ReferenceVerifier
{
    /// <summary>Largest absolute error relative to a tensor's largest magnitude that passes.</summary>
    public const double Tolerance = 1e-3;

    /// <summary>Share of the values of a uint8 tensor that may be off, by one level.</summary>
    public const double LevelTolerance = 1e-3;

    /// <summary>
    /// Nats that a divergence may be off whatever its magnitude: it is a difference of numbers around 1, and a collapsed group's is hardly more than their
    /// rounding in single precision.
    /// </summary>
    public const double DivergenceFloor = 1e-6;

    private static readonly string[] Inputs = ["x.u8", "y.u8", "dmol.u.mixture", "dmol.u.logistic", "eps."];
    private readonly VdVae _prior;
    private readonly LowResEncoder? _encoder;
    private readonly ITensorSource _reference;
    private readonly Device _device;
    private readonly Func<string, double> _tolerance;
    private readonly List<TensorComparison> _comparisons = [];

    /// <summary>Creates a verifier.</summary>
    /// <param name="prior">The prior with its posterior.</param>
    /// <param name="encoder">The low-res encoder for the tensors <c>cond.*</c>, on the same device, or null.</param>
    /// <param name="reference">The reference file.</param>
    /// <param name="tolerance">Relative tolerance by tensor name; null: <see cref="Tolerance"/> for all.</param>
    public ReferenceVerifier(VdVae prior, LowResEncoder? encoder, ITensorSource reference, Func<string, double>? tolerance = null)
    {
        (_prior, _encoder, _reference) = (prior, encoder, reference);
        _device = prior.parameters().First().device;
        _tolerance = tolerance ?? (_ => Tolerance);
    }

    /// <summary>Tensors of the file that only a low-res encoder gives, where there is none; in the order of their names.</summary>
    public IReadOnlyList<string> NotCompared => _encoder is null ? [.. _reference.Entries.Keys.Where(IsConditioned).Order(StringComparer.Ordinal)] : [];

    private PriorArchitecture Architecture => _prior.Architecture;

    /// <summary>Compares every tensor of the file, but for <see cref="NotCompared"/>.</summary>
    /// <returns>The comparisons in the order of the computation.</returns>
    /// <exception cref="InvalidWeightsException">A tensor has an unknown name or another shape, or what is needed to compute it is missing.</exception>
    public IReadOnlyList<TensorComparison> Run()
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        RecordedNoise noise = ReadNoise();
        ComparePosterior(noise);
        CompareSamples(noise);
        if (_encoder is not null && Has("y.u8"))
        {
            CompareConditioned(_encoder, noise);
        }

        IReadOnlyList<string> notCompared = NotCompared;
        string[] left = [.. _reference.Entries.Keys.Where(name => !IsInput(name) && !notCompared.Contains(name) && _comparisons.All(done => done.Name != name)).Order(StringComparer.Ordinal)];
        return left.Length == 0
            ? _comparisons
            : throw new InvalidWeightsException(_reference.Origin, $"can't compute {string.Join(", ", left)}: unknown names, or the model has no such group, resolution or encoder");
    }

    private static bool IsInput(string name) => Inputs.Any(input => name == input || (input.EndsWith('.') && name.StartsWith(input, StringComparison.Ordinal)));

    private static bool IsConditioned(string name) => name == "y.norm" || name.StartsWith("cond.", StringComparison.Ordinal);

    private RecordedNoise ReadNoise()
    {
        var noise = new RecordedNoise();
        int groups = Architecture.Groups.Count;
        for (int group = 0; group < groups; group++)
        {
            noise.AddNormals(group, Read($"eps.{group}"));
        }

        if (Has("dmol.u.mixture"))
        {
            noise.AddUniforms(groups, Read("dmol.u.mixture"));
            noise.AddUniforms(groups + 1, Read("dmol.u.logistic"));
        }

        return noise;
    }

    private void ComparePosterior(RecordedNoise noise)
    {
        if (!Has("x.u8"))
        {
            return;
        }

        Tensor levels = ReadThere("x.u8").permute(0, 3, 1, 2);
        Tensor normalized = _prior.Normalize(levels);
        Compare("x.norm", normalized.permute(0, 2, 3, 1));
        using (FeaturePyramid pyramid = _prior.Encoder.call(normalized))
        {
            ComparePyramid("prior.enc.act", pyramid);
        }

        Tensor features = _prior.WalkPosterior(normalized, Architecture.Groups.Count, noise.Normals, (group, step) =>
        {
            Compare($"posterior.z.{group.Index}", step.Z);
            Compare($"posterior.kl.{group.Index}", step.Kl);
        });
        Compare("posterior.px_z", _prior.Decoder.Finish(features));
        var mixture = new MixtureOfLogistics(_prior.Decoder.PixelParameters(features));
        Tensor target = levels.to(ScalarType.Float32).Minus(127.5).Over(127.5);
        Compare("posterior.nll", mixture.NegativeLogLikelihood(target, lowBit: false));
        Compare("posterior.nll.lowbit", mixture.NegativeLogLikelihood(target, lowBit: true));
    }

    private void CompareSamples(RecordedNoise noise)
    {
        int count = (int)_reference.Require("eps.0").Shape[0];
        foreach (float temperature in (float[])[1, 0.8f])
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"uncond.t{temperature}.px_z");
            DecodeRow[] rows = [.. Enumerable.Range(0, count).Select(index => new DecodeRow(0, (uint)index, temperature, temperature))];
            if (Has(name))
            {
                Compare(name, _prior.Decoder.Finish(Decode(rows, noise)));
            }
        }

        if (!Has("dmol.params.nhwc"))
        {
            return;
        }

        DecodeRow[] sampled = [.. Enumerable.Range(0, count).Select(index => new DecodeRow(0, (uint)index, 0.8f, 0.8f))];
        Compare("dmol.params.nhwc", _prior.Decoder.PixelParameters(Decode(sampled, noise)).permute(0, 2, 3, 1));

        // From the recorded parameters, so that an error in the parameters can't turn another component up.
        var mixture = new MixtureOfLogistics(ReadThere("dmol.params.nhwc").permute(0, 3, 1, 2).contiguous());
        Tensor uniforms = ReadThere("dmol.u.mixture").permute(0, 3, 1, 2).contiguous();
        Compare("dmol.sample.nhwc", mixture.Sample(uniforms, ReadThere("dmol.u.logistic").permute(0, 3, 1, 2).contiguous()).permute(0, 2, 3, 1));
        Compare("dmol.mode.nhwc", mixture.Mode().permute(0, 2, 3, 1));
    }

    private void CompareConditioned(LowResEncoder encoder, RecordedNoise noise)
    {
        Tensor y = _prior.Normalize(ReadThere("y.u8"));
        Compare("y.norm", y);
        using FeaturePyramid pyramid = encoder.Encoder.call(y);
        ComparePyramid("cond.enc.act", pyramid);
        IReadOnlyList<Tensor> divergences = encoder.Divergences(_prior, _prior.Normalize(ReadThere("x.u8").permute(0, 3, 1, 2)), y, noise.Normals);
        for (int group = 0; group < divergences.Count; group++)
        {
            Compare($"cond.train.kl.{group}", divergences[group]);
        }

        LowResFeatures[] images = [.. Enumerable.Range(0, (int)y.shape[0]).Select(image => new LowResFeatures(encoder.Branch, pyramid, image))];
        DecodeRow[] Rows(float encoderTemperature, float priorTemperature) => [.. images.Select((image, index) => new DecodeRow(0, (uint)index, encoderTemperature, priorTemperature, image))];

        // The published code applies the temperature to the groups from k on alone.
        Compare("cond.t0.8.px_z", _prior.Decoder.Finish(Decode(Rows(1, 0.8f), noise)));
        Tensor features = Decode(Rows(0, 0), noise);
        Compare("cond.t0.px_z", _prior.Decoder.Finish(features));
        var output = new PixelOutput(Architecture.Groups.Count);
        Compare("cond.t0.mode.u8.nhwc", output.Images(_prior.Decoder.PixelParameters(features), Rows(0, 0), PixelSampling.Mode, noise));
        foreach (LowResFeatures image in images)
        {
            image.Dispose();
        }
    }

    private Tensor Decode(IReadOnlyList<DecodeRow> rows, RecordedNoise noise)
    {
        using var state = new DecodeState(rows);
        _prior.Decoder.Advance(state, Architecture.Groups.Count, noise);
        return state.Features!.clone();
    }

    private void ComparePyramid(string name, FeaturePyramid pyramid)
    {
        foreach (int resolution in pyramid.Resolutions)
        {
            Compare($"{name}.{resolution}", pyramid[resolution]);
        }
    }

    private void Compare(string name, Tensor actual)
    {
        if (!Has(name))
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor expected = Read(name);
        if (!expected.shape.SequenceEqual(actual.shape))
        {
            throw new InvalidWeightsException(_reference.Origin, $"tensor '{name}' has the shape ({string.Join(", ", expected.shape)}); the model gives ({string.Join(", ", actual.shape)})");
        }

        bool levels = expected.dtype == ScalarType.Byte;
        Tensor exact = expected.to(ScalarType.Float64);
        Tensor difference = (actual.to(ScalarType.Float64).cpu() - exact).abs();
        double error = difference.max().item<double>();
        double magnitude = exact.abs().max().item<double>();
        double? off = levels ? difference.IsAbove(0).to(ScalarType.Float64).mean().item<double>() : null;
        double floor = name.Contains(".kl.", StringComparison.Ordinal) ? DivergenceFloor : 0;
        bool passed = levels ? off <= LevelTolerance && error <= 1 : error <= Math.Max(floor, _tolerance(name) * magnitude);
        _comparisons.Add(new TensorComparison(name, error, magnitude, off, passed));
    }

    private bool Has(string name) => _reference.Entries.ContainsKey(name);

    private Tensor Read(string name) => TorchTensors.Load(_reference, name);

    /// <summary>A tensor on the model's device.</summary>
    private Tensor ReadThere(string name) => Read(name).to(_device);
}
