using Cvdvae.Model.Weights.Bytes;
using Microsoft.Extensions.Logging;

namespace Cvdvae.ServiceDefaults.Files;

/// <summary>Something that is made of files, and made anew when their content changes. Content that can't be used leaves the last good one in place.</summary>
/// <typeparam name="T">What is made of them; not changed afterwards.</typeparam>
public sealed partial class WatchedFiles<T> : IDisposable
    where T : class
{
    private const int MostReadings = 3;

    private readonly string _name;
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<IReadOnlyList<byte[]>, T> _read;
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private IReadOnlyList<byte[]> _seen;
    private string? _problem;
    private T _current;

    /// <summary>Reads the files for the first time.</summary>
    /// <param name="name">What they are, for messages: the option that names them.</param>
    /// <param name="paths">The files. They are read by content, whatever their times say: mounted secrets are replaced by moving links.</param>
    /// <param name="read">Makes something of their bytes, in the order of <paramref name="paths"/>.</param>
    /// <param name="interval">How often they are looked at.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of changes.</param>
    /// <exception cref="InvalidDataException">A file can't be read, or nothing can be made of them.</exception>
    public WatchedFiles(string name, IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> read, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_name, _paths, _read, _interval, _logger) = (name, paths, read, interval, logger);
        try
        {
            _seen = ReadAll();
            _current = read(_seen);
        }
        catch (Exception error)
        {
            string which = paths.Any(path => error.Message.Contains(path, StringComparison.Ordinal)) ? "" : $" ({string.Join(" and ", paths)})";
            throw new InvalidDataException($"{name}: {error.Message}{which}", error);
        }

        // Armed again after each look, so that a slow disk never has two at once.
        _timer = time.CreateTimer(_ => Look(), null, interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What was last made of them.</summary>
    public T Current => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static bool Same(IReadOnlyList<byte[]> first, IReadOnlyList<byte[]> second) =>
        first.Zip(second).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private void Look()
    {
        try
        {
            IReadOnlyList<byte[]> files = ReadAll();
            if (!Same(files, _seen))
            {
                _seen = files;
                Volatile.Write(ref _current, _read(files));
                Changed(_name);
            }

            _problem = null;
        }
        catch (Exception error)
        {
            // Told once, not at every look.
            if (_problem != error.Message)
            {
                _problem = error.Message;
                Unusable(_name, error.Message);
            }
        }
        finally
        {
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The bytes of all files, of one moment: a certificate and its key may be replaced between two readings.</summary>
    private byte[][] ReadAll()
    {
        byte[][] first = Read();
        for (int i = 1; i < MostReadings; i++)
        {
            byte[][] second = Read();
            if (Same(first, second))
            {
                break;
            }

            first = second;
        }

        return first;

        byte[][] Read() => [.. _paths.Select(ReadFile)];
    }

    private static byte[] ReadFile(string path) => RegularFile.IsReadable(path)
        ? File.ReadAllBytes(path)
        : throw new InvalidDataException($"'{path}' is empty, or no regular file");

    [LoggerMessage(130, LogLevel.Information, "{Name}: the files have changed and were read anew")]
    private partial void Changed(string name);

    [LoggerMessage(131, LogLevel.Warning, "{Name}: the files have changed and can't be used, so what was read before stays: {Problem}")]
    private partial void Unusable(string name, string problem);
}
