using Cvdvae.ServiceDefaults.Tensors;

namespace Cvdvae.EncoderHost.Batching;

/// <summary>A feature map of one image, ready for the wire.</summary>
/// <param name="Resolution">Its resolution r.</param>
/// <param name="Content">(1, C, r, r).</param>
internal sealed record FeatureMap(int Resolution, TensorContent Content);
