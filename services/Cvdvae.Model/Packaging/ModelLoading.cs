using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Model.Packaging;

/// <summary>Loads the parts of a model that a role runs: only their tensors are read.</summary>
public static class ModelLoading
{
    /// <summary>Loads the bottom-up network of the low-res encoder of a scale: all that an encoder service holds.</summary>
    /// <exception cref="InvalidModelException">The model has no encoder for the scale.</exception>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static BottomUpEncoder LoadLowResEncoder(this ModelFolder folder, int scale, InferenceOptions options) =>
        Load(new BottomUpEncoder(folder.LowRes(scale).BottomUp), folder.EncoderPath(scale), "encoder_y.", options).Freeze();

    /// <summary>Loads the groups [first, end) of the top-down decoder, without posteriors of high-res images.</summary>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static TopDownDecoder LoadDecoder(this ModelFolder folder, InferenceOptions options, int first = 0, int end = int.MaxValue) =>
        Load(new TopDownDecoder(folder.Prior, first, end), folder.PriorPath, "decoder.", options).Freeze();

    /// <summary>Loads the branches of a low-res encoder in the conditioned groups of [first, end).</summary>
    /// <exception cref="InvalidModelException">The model has no encoder for the scale.</exception>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static LowResBranch LoadBranch(this ModelFolder folder, int scale, InferenceOptions options, int first = 0, int end = int.MaxValue) =>
        Load(new LowResBranch(folder.LowRes(scale), first, end), folder.EncoderPath(scale), "decoder.", options).Freeze();

    /// <summary>Loads a prior with its posterior of high-res images, for training and verification.</summary>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static VdVae LoadPrior(this ModelFolder folder, Device device) =>
        Load(new VdVae(folder.Prior), folder.PriorPath, "", new InferenceOptions(device, ScalarType.Float32));

    /// <summary>Loads a low-res encoder with its branches, for training, verification and super-resolution in process.</summary>
    /// <exception cref="InvalidModelException">The model has no encoder for the scale.</exception>
    /// <exception cref="InvalidWeightsException">The file is broken, or a parameter is missing or of another shape.</exception>
    public static LowResEncoder LoadEncoder(this ModelFolder folder, int scale, Device device) =>
        Load(new LowResEncoder(folder.LowRes(scale)), folder.EncoderPath(scale), "", new InferenceOptions(device, ScalarType.Float32));

    private static T Load<T>(T module, string path, string prefix, InferenceOptions options)
        where T : nn.Module
    {
        try
        {
            ModelFolder.Load(module, path, prefix);
            foreach (TorchSharp.Modules.Parameter parameter in module.parameters())
            {
                parameter.requires_grad_(false);
            }

            return options.Place(module);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
