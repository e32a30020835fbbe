using System.Globalization;
using System.Net;
using System.Text.Json;
using Cvdvae.FunctionalTests.Networks;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Processes;

/// <summary>One service as a process of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int MostComplaints = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan HttpLimit = TimeSpan.FromSeconds(5);
    private readonly string _name;
    private readonly string _addressFile;
    private readonly HttpClient _http;

    private ServiceProcess(string name, ChildProcess process, string addressFile, HttpClient http)
    {
        _name = name;
        _addressFile = addressFile;
        _http = http;
        Process = process;
    }

    public ChildProcess Process { get; }

    /// <summary>Where it serves gRPC.</summary>
    public string Grpc { get; private set; } = "";

    /// <summary>Where it serves HTTP/1.1: health checks, metrics, in the gateway the web page.</summary>
    public string Http1 { get; private set; } = "";

    /// <summary>Starts a service and waits until it listens.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="project">Its project below services.</param>
    /// <param name="folder">A folder for its files.</param>
    /// <param name="settings">Its configuration, as <c>Section:Key</c>.</param>
    /// <param name="host">The host that it runs on; null: this machine itself, on free ports of the loopback interface.</param>
    public static async Task<ServiceProcess> StartAsync(string name, string project, string folder, IReadOnlyDictionary<string, string> settings, NetworkHost? host = null)
    {
        string addressFile = Path.Combine(folder, $"{name}.json");
        var all = new Dictionary<string, string>
        {
            ["Listen:Grpc"] = "http://127.0.0.1:0",
            ["Listen:Http1"] = "http://127.0.0.1:0",
            ["Listen:AddressFile"] = addressFile,
        };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        string file = BuildOutput.Program(Path.Combine("services", project), project);
        (string program, IEnumerable<string> arguments) = host?.Command(file, []) ?? (file, []);
        ChildProcess process = ChildProcess.Start(program, arguments, all.Select(pair => KeyValuePair.Create(pair.Key.Replace(":", "__", StringComparison.Ordinal), pair.Value)));
        var service = new ServiceProcess(name, process, addressFile, host?.Http(HttpLimit) ?? new HttpClient { Timeout = HttpLimit });
        try
        {
            await service.UntilAsync("listens", service.ReadAddressesAsync);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }

        return service;
    }

    /// <summary>Waits until its models are loaded and warmed up.</summary>
    public Task ReadyAsync() => UntilAsync("is ready", async () =>
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync($"{Http1}/healthz/ready");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });

    /// <summary>A metric's value, of all labels together; null where nothing has been counted yet.</summary>
    /// <param name="name">Its name in Prometheus' text format.</param>
    public async Task<double?> MetricAsync(string name)
    {
        double[] values =
        [
            .. (await _http.GetStringAsync($"{Http1}/metrics")).Split('\n')
                .Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) || line.StartsWith($"{name} ", StringComparison.Ordinal))
                .Select(line => double.Parse(line[(line.IndexOf('}') + 1)..].Split(' ')[1], CultureInfo.InvariantCulture)),
        ];
        return values.Length == 0 ? null : values.Sum();
    }

    /// <summary>When it wrote log lines that contain a text.</summary>
    public IEnumerable<DateTimeOffset> LogTimes(string text) => Process.Output.Split('\n')
        .Where(line => line.Contains(text, StringComparison.Ordinal)).Select(line => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Shows what services complain of beside a test that has failed: their logs are lost with them.</summary>
    public static void ReportFailure(IEnumerable<ServiceProcess> services)
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (ServiceProcess service in services)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(service.Complaints());
            }
        }
    }

    /// <summary>The last of its warnings and errors, a line each.</summary>
    public string Complaints()
    {
        IEnumerable<string> lines = Process.Output.Split('\n').Where(line => line.Contains(" warn: ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
        return string.Join('\n', lines.TakeLast(MostComplaints).Select(line => $"{_name}: {line}"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }

    private async Task<bool> ReadAddressesAsync()
    {
        if (!File.Exists(_addressFile))
        {
            return false;
        }

        using JsonDocument addresses = JsonDocument.Parse(await File.ReadAllTextAsync(_addressFile));
        Grpc = addresses.RootElement.GetProperty("grpc").GetString()!;
        Http1 = addresses.RootElement.GetProperty("http").GetString()!;
        return true;
    }

    private async Task UntilAsync(string state, Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            if (Process.HasExited || timeout.IsCancellationRequested)
            {
                throw new InvalidOperationException($"the {_name} {(Process.HasExited ? "died" : "took too long")} before it {state}\n{Process.Output}\n{Process.Error}");
            }

            await Task.Delay(Pause);
        }
    }
}
