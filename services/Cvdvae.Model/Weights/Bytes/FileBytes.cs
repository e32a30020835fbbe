using Microsoft.Win32.SafeHandles;

namespace Cvdvae.Model.Weights.Bytes;

/// <summary>
/// A file read by position. The system's page cache holds what was touched, as a mapping would, but a file that
/// shrinks while it is open gives an error here, where a mapping would end the process.
/// </summary>
internal sealed class FileBytes : IByteSource
{
    private readonly SafeFileHandle _file;

    public FileBytes(string path)
    {
        Origin = path;
        if (!RegularFile.IsReadable(path))
        {
            throw new InvalidWeightsException(path, "is empty, or no regular file");
        }

        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_file);
    }

    public string Origin { get; }

    public long Length { get; }

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(_file, destination, offset);
            if (count == 0)
            {
                throw new InvalidWeightsException(Origin, $"ended at byte {offset}, after {Length} bytes were there when it was opened");
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public void Dispose() => _file.Dispose();
}
