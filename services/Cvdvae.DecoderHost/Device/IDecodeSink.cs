using Cvdvae.ServiceDefaults.Tensors;

namespace Cvdvae.DecoderHost.Device;

/// <summary>Takes what a step gave for the rows of a request, on the device's threads, several at once maybe: it must only note and hand on, never wait.</summary>
internal interface IDecodeSink
{
    /// <summary>Whether a frame of a resolution below the image size is to be made.</summary>
    public bool WantsPreview(int resolution);

    /// <summary>A frame was made.</summary>
    /// <param name="position">Position of the sample in the request.</param>
    /// <param name="resolution">Side in pixels, r.</param>
    /// <param name="levels">Levels, uint8 (r, r, 3).</param>
    public void Frame(int position, int resolution, TensorContent levels);

    /// <summary>A row has run all groups of this stage, and another stage has the rest.</summary>
    /// <param name="position">Position of the sample in the request.</param>
    /// <param name="features">Its features, (1, C, r, r), in the type of features on the wire.</param>
    public void HandOver(int position, TensorContent features);
}
