using Cvdvae.Imaging;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Upscaling;

/// <summary>Puts the frames of one decoder's answer together and checks them.</summary>
/// <param name="model">The model: it has the resolutions that frames may have.</param>
internal sealed class FrameAssembler(ModelInfo model)
{
    private readonly Dictionary<uint, TensorAssembler> _samples = [];
    private readonly HashSet<uint> _resolutions = [.. model.Resolutions.Select(resolution => resolution.Resolution)];

    /// <summary>Adds a frame or a piece of one.</summary>
    /// <returns>The whole frame with its last piece; before, null.</returns>
    /// <exception cref="InvalidDataException">It isn't what the contract says.</exception>
    public RgbImage? Add(Frame frame)
    {
        uint side = frame.Resolution;
        Tensor image = frame.Image ?? new Tensor();
        if (!_resolutions.Contains(side) || image.Type != TensorType.Uint8 || !image.Shape.SequenceEqual([side, side, (uint)RgbImage.Channels]))
        {
            throw new InvalidDataException($"A decoder sent a frame of resolution {side} as {image.Type} {TensorLayout.Text(image.Shape)}.");
        }

        if (!_samples.TryGetValue(frame.SampleIndex, out TensorAssembler? assembler))
        {
            int most = checked((int)(model.OutputSize * model.OutputSize * RgbImage.Channels));
            _samples[frame.SampleIndex] = assembler = new TensorAssembler("frame.image", most);
        }

        try
        {
            if (assembler.Add(image) is not { } whole)
            {
                return null;
            }

            var frameImage = new RgbImage((int)side, (int)side, whole.Data.ToArray());
            whole.Release();
            return frameImage;
        }
        catch (RpcException exception)
        {
            throw new InvalidDataException("A decoder sent a frame that can't be put together.", exception);
        }
    }
}
