using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Data;

/// <summary>The portraits of <c>tools/portraits</c>, drawn by Node.js while they are read.</summary>
/// <param name="tool">Path of <c>generate.mjs</c>.</param>
internal sealed class PortraitGenerator(string tool)
{
    private const int ErrorLines = 20;

    /// <summary>Draws the portraits <c>prefix-first</c> and on.</summary>
    /// <param name="prefix">Name of the set.</param>
    /// <param name="first">Index of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="size">Side in pixels.</param>
    /// <exception cref="IOException">The program, Node.js or a package is missing, or the program failed.</exception>
    /// <exception cref="InvalidImageException">The program ended inside a portrait.</exception>
    public IEnumerable<RgbImage> Draw(string prefix, int first, int count, int size)
    {
        if (!File.Exists(tool))
        {
            throw new FileNotFoundException($"--portraits-tool: there is no {tool}; give the path of tools/portraits/generate.mjs");
        }

        var errors = new Queue<string>();
        using Process process = Start(["--prefix", prefix, "--first", Text(first), "--count", Text(count), "--size", Text(size)]);
        try
        {
            process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
            process.BeginErrorReadLine();
            int drawn = 0;
            foreach (RgbImage portrait in ImageSources.Frames(process.StandardOutput.BaseStream, tool, size))
            {
                drawn++;
                yield return portrait;
            }

            process.WaitForExit();
            if (process.ExitCode != 0 || drawn != count)
            {
                throw new IOException(Failure(process.ExitCode, drawn, count, errors));
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Keep(Queue<string> errors, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            errors.Enqueue(line.Trim());
            if (errors.Count > ErrorLines)
            {
                errors.Dequeue();
            }
        }
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("node", [tool, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"--portraits: 'node' can't be started ({error.Message}); install Node.js 18 or later", error);
        }
    }

    private string Failure(int status, int drawn, int count, Queue<string> errors)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(tool))!;
        return errors.Any(line => line.Contains("Cannot find package", StringComparison.Ordinal))
            ? $"--portraits: the packages of {folder} are missing; run 'npm ci' there"
            : $"--portraits: {tool} ended with status {status} after {drawn} of {count} portraits: {errors.FirstOrDefault() ?? "it said nothing"}";
    }
}
