using System.Diagnostics;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.ModelHosting.Runtime;
using Microsoft.Extensions.Options;

namespace Cvdvae.EncoderHost.Encoding;

/// <summary>Loads the bottom-up networks of a model and runs each once, so that the first request finds buffers and kernels ready.</summary>
internal sealed class EncoderModelLoader
{
    private readonly TorchOptions _torch;
    private readonly InferenceOptions _options;

    public EncoderModelLoader(IOptions<TorchOptions> torch, InferenceOptions options) => (_torch, _options) = (torch.Value, options);

    /// <summary>Loads a model.</summary>
    /// <exception cref="InvalidModelException">It has no low-res encoder, or lacks the weights of one.</exception>
    /// <exception cref="Model.Weights.InvalidWeightsException">A file is broken or doesn't fit.</exception>
    public EncoderModel Load(ModelFolder folder, CancellationToken cancellation)
    {
        _torch.ApplyToThread();
        folder.RequireEncoders();

        var scales = new Dictionary<int, (LowResArchitecture, BottomUpEncoder)>();
        var model = new EncoderModel(folder.Manifest.Prior, scales, _options);
        try
        {
            foreach (int scale in folder.Manifest.Encoders.Keys)
            {
                cancellation.ThrowIfCancellationRequested();
                scales.Add(scale, (folder.LowRes(scale), folder.LoadLowResEncoder(scale, _options)));
                int size = model.InputSize(scale);

                // The first run is slower than the later ones.
                model.Encode(scale, [new byte[size * size * 3]]).Dispose();
                long start = Stopwatch.GetTimestamp();
                model.Encode(scale, [new byte[size * size * 3]]).Dispose();
                model.Note(scale, Stopwatch.GetElapsedTime(start));
            }

            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
