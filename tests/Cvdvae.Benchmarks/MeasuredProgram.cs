using System.Diagnostics;
using System.Text.Json;

namespace Cvdvae.Benchmarks;

/// <summary>Runs a measurement in a process of its own: of an official program by a script beside this one, or of <see cref="PlainCommand"/>.</summary>
internal sealed record MeasuredProgram(ProcessStartInfo Start)
{
    /// <summary>This program, to be started with other arguments: its own executable, or the runtime with its assembly where it was started that way.</summary>
    public static ProcessStartInfo Itself(params IEnumerable<string> arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? new(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], .. arguments])
            : new(Environment.ProcessPath!, arguments);

    /// <summary>
    /// Seconds of the runs by part, and what they were measured with. Blocks, so that our own runs stay on one thread: OpenMP keeps a team of workers for each
    /// thread that starts parallel work, and once teams outnumber the processors it lets idle workers sleep, which costs more than small operations take.
    /// </summary>
    /// <exception cref="InvalidOperationException">The script failed; it says why on standard error.</exception>
    public ProgramTimes Measure(int runs)
    {
        var start = new ProcessStartInfo(Start.FileName, [.. Start.ArgumentList, "--runs", $"{runs}"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)} ended with status {process.ExitCode}");
        }

        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement root = report.RootElement;
        var times = root.GetProperty("times_s").EnumerateObject()
            .ToDictionary(part => part.Name, part => part.Value.EnumerateArray().Select(value => value.GetDouble()).ToArray());
        string versions = root.TryGetProperty("torch", out JsonElement torch)
            ? $"PyTorch {torch.GetString()}, oneDNN {root.GetProperty("onednn").GetString()}, {root.GetProperty("cpu_capability").GetString()} kernels, Python {root.GetProperty("python").GetString()}"
            : "";
        return new ProgramTimes(times, versions);
    }
}
