using Cvdvae.V1;

namespace Cvdvae.Client;

/// <summary>An image as it came.</summary>
/// <param name="Data">Its bytes.</param>
/// <param name="Format">How they are stored.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
public sealed record EncodedImage(ReadOnlyMemory<byte> Data, ImageFormat Format, int Width, int Height)
{
    /// <summary>Writes the bytes to a file as they came; a raw image as PNG. A file that is there is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="InvalidDataException">A raw image has another number of bytes than its size says.</exception>
    public async Task SaveAsync(string path, CancellationToken stop = default)
    {
        ReadOnlyMemory<byte> bytes = Format == ImageFormat.RawRgb ? PngFile.Encode(Data.Span, Width, Height) : Data;
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(bytes, stop).ConfigureAwait(false);
        }
    }
}
