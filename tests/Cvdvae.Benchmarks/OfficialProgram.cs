using System.Diagnostics;
using System.Text.Json;

namespace Cvdvae.Benchmarks;

/// <summary>Runs a measurement of an official program, a script beside this one, in a process of its own.</summary>
internal sealed record OfficialProgram(string Python, string Script, IReadOnlyList<string> Arguments)
{
    /// <summary>Seconds of the runs by part, and what they were measured with.</summary>
    /// <exception cref="InvalidOperationException">The script failed; the message is what it printed.</exception>
    public async Task<OfficialTimes> MeasureAsync(int runs)
    {
        var start = new ProcessStartInfo(Python, [Script, .. Arguments, "--runs", $"{runs}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Script}: {await errors}");
        }

        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement root = report.RootElement;
        var times = root.GetProperty("times_s").EnumerateObject()
            .ToDictionary(part => part.Name, part => part.Value.EnumerateArray().Select(value => value.GetDouble()).ToArray());
        string versions = $"PyTorch {root.GetProperty("torch").GetString()}, oneDNN {root.GetProperty("onednn").GetString()}, {root.GetProperty("cpu_capability").GetString()} kernels, Python {root.GetProperty("python").GetString()}";
        return new OfficialTimes(times, versions);
    }
}
