using Cvdvae.Client;
using Cvdvae.V1;

namespace Cvdvae.Cli.Upscaling;

/// <summary>The folder that images are written to. A file is there as a whole or not at all.</summary>
internal sealed class OutputFolder
{
    private readonly string _path;

    private OutputFolder(string path) => _path = path;

    /// <summary>Makes the folder where it is missing.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static OutputFolder Create(string path)
    {
        Directory.CreateDirectory(path);
        return new OutputFolder(path);
    }

    /// <summary>Writes a result.</summary>
    /// <returns>The path of the file.</returns>
    public Task<string> WriteAsync(ResultEvent result, CancellationToken stop) =>
        WriteAsync($"sample-{result.SampleIndex + 1}{Extension(result.Image.Format)}", result.Image.Data, stop);

    /// <summary>Writes a preview.</summary>
    /// <returns>The path of the file.</returns>
    public Task<string> WriteAsync(PreviewEvent preview, CancellationToken stop) =>
        WriteAsync($"preview-{preview.SampleIndex + 1}-{preview.Resolution:D3}{Extension(preview.Image.Format)}", preview.Image.Data, stop);

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        string path = Path.Combine(_path, name);
        string part = Path.Combine(_path, $".{name}.{Guid.NewGuid():N}.part");
        try
        {
            await File.WriteAllBytesAsync(part, data, stop);
            File.Move(part, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.Webp => ".webp",
        _ => ".png",
    };
}
