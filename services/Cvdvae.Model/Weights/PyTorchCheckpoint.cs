using Cvdvae.Model.Weights.Bytes;
using Cvdvae.Model.Weights.PyTorch;

namespace Cvdvae.Model.Weights;

/// <summary>
/// Reads the tensors of a state dict that PyTorch's <c>torch.save</c> wrote: the zip format (PyTorch 1.6 and later) and
/// the legacy format before it. The top object is either a dict of tensors, as openai/vdvae's <c>.th</c> files hold,
/// or a dict with a <c>state_dict</c> among other entries, as PyTorch Lightning's <c>.ckpt</c> files do; also <c>ema</c>, <c>model</c> and relatives, one inside another.
/// </summary>
/// <remarks>
/// Nothing in a file is ever executed: classes and functions other than PyTorch's tensor constructors become inert placeholders,
/// and a state dict that depends on one is refused. The wrappers' prefixes <c>module.</c>, <c>cvae.</c>, <c>model.</c> and <c>_orig_mod.</c> are taken off the names.
/// <see cref="ITensorSource.Notes"/> tells what was found.
/// Tensors with strides come out contiguous.
/// </remarks>
public static class PyTorchCheckpoint
{
    /// <summary>Opens a file. It stays open until the result is disposed.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="InvalidWeightsException">The file is damaged, hostile, of another format, or has no state dict.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static ITensorSource Open(string path)
    {
        var bytes = new FileBytes(path);
        try
        {
            return CheckpointFile.Read(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file's content that is in memory already.</summary>
    /// <param name="content">The whole content, which must not change while the result is in use.</param>
    /// <param name="origin">What to call it in messages.</param>
    /// <exception cref="InvalidWeightsException">As for <see cref="Open"/>.</exception>
    public static ITensorSource Parse(ReadOnlyMemory<byte> content, string origin) => CheckpointFile.Read(new MemoryBytes(content, origin));
}
