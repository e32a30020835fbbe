using System.Text.Json;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Cli.Tests.Benchmarking;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bench_Count_MakesThatManyCallsWithSeedsInTurn()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        JsonElement level = Assert.Single(await LevelsAsync(server, ["--count", "20", "--concurrency", "4", "--samples", "2", "--warm-up", "0", "--seed", "100"]));

        Assert.Equal(20, server.Upscaler.Calls);
        Assert.Equal(Enumerable.Range(100, 20).Select(seed => (ulong)seed), server.Upscaler.Requests.Select(request => request.Seed).Order());
        Assert.Equal((4, 20, 0), (level.GetProperty("concurrency").GetInt32(), level.GetProperty("requests").GetInt32(), level.GetProperty("errors").EnumerateObject().Count()));
        Assert.Equal(2 * level.GetProperty("requests_per_second").GetDouble(), level.GetProperty("samples_per_second").GetDouble(), 6);
        Assert.Equal(20, level.GetProperty("result_ms").GetProperty("count").GetInt32());
        Assert.Equal(["1", "4", "8", "16", "32"], level.GetProperty("resolution_ms").EnumerateObject().Select(resolution => resolution.Name));
        double first = level.GetProperty("first_preview_ms").GetProperty("p50").GetDouble();
        Assert.InRange(first, 0.01, level.GetProperty("result_ms").GetProperty("p50").GetDouble());
    }

    [Fact]
    public async Task Bench_Sweep_MeasuresEachLevelInWindows()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromMilliseconds(5) });

        JsonElement[] levels = await LevelsAsync(server, ["--concurrency", "1,3", "--warm-up", "0.2", "--window", "0.3", "--max-windows", "4"]);

        Assert.Equal([1, 3], levels.Select(level => level.GetProperty("concurrency").GetInt32()));
        Assert.All(levels, level =>
        {
            Assert.InRange(level.GetProperty("seconds").GetDouble(), 0.85, 5);
            Assert.True(level.GetProperty("requests").GetInt32() > 0);
            Assert.True(level.GetProperty("stable").ValueKind is JsonValueKind.True or JsonValueKind.False);
            Assert.True(level.GetProperty("result_ms").GetProperty("p50").GetDouble() >= 30); // six resolutions of 5 ms
        });
        Assert.True(server.Upscaler.Calls > levels.Sum(level => level.GetProperty("requests").GetInt32())); // those of the warm-up don't count
    }

    [Theory]
    [InlineData("0.05", 0)]
    [InlineData("0", 4)]
    public async Task Bench_FirstCallsLongerThanTheWarmUp_CountsThemOnlyWithoutOne(string warmUp, int slowCalls)
    {
        var pause = TimeSpan.FromSeconds(1);
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler
        {
            Admission = (call, _) =>
            {
                if (call <= 4)
                {
                    Thread.Sleep(pause);
                }
            },
        });

        JsonElement level = Assert.Single(await LevelsAsync(server, ["--concurrency", "4", "--warm-up", warmUp, "--duration", "2"]));

        Assert.Equal(slowCalls > 0, level.GetProperty("result_ms").GetProperty("max").GetDouble() >= pause.TotalMilliseconds);
        Assert.True(level.GetProperty("requests").GetInt32() > slowCalls);
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("poisson")]
    public async Task Bench_Rate_KeepsItWhateverTheServerTakes(string distribution)
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromMilliseconds(30) });

        JsonElement level = Assert.Single(await LevelsAsync(server, ["--request-rate", "20", "--distribution", distribution, "--duration", "2", "--warm-up", "0.5"]));

        // 180 ms a call: one at a time would make 5 a second.
        Assert.InRange(level.GetProperty("requests_per_second").GetDouble(), 10, 30);
        Assert.Equal(20.0, level.GetProperty("request_rate").GetDouble());
        Assert.Equal(JsonValueKind.Null, level.GetProperty("stable").ValueKind);
    }

    [Fact]
    public async Task Bench_SomeCallsRefused_CountsThemByStatus()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler
        {
            Admission = (call, _) =>
            {
                if (call % 2 == 0)
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, "no"));
                }
            },
        });

        JsonElement level = Assert.Single(await LevelsAsync(server, ["--count", "10", "--warm-up", "0"]));

        Assert.Equal(5, level.GetProperty("requests").GetInt32());
        Assert.Equal(5, level.GetProperty("errors").GetProperty("Unavailable").GetInt32());
        Assert.Equal(10, server.Upscaler.Calls); // nothing is tried again
    }

    [Fact]
    public async Task Bench_CallsCutByTheirDeadline_AreSeenAsSuch()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (request, events, context) =>
        {
            if (request.Seed == 0)
            {
                await upscaler.AnswerAsync(request, events, context); // whole
                return;
            }

            Image image = new() { Data = request.Image, Format = ImageFormat.Png, Width = 16, Height = 16 };
            await events.WriteAsync(new() { Started = new() { Model = "fake-64@1.2", InputSize = 16, OutputSize = 64, Resolutions = { 1, 4, 8, 16, 32, 64 } } });
            await events.WriteAsync(new() { Preview = new() { Resolution = 16, Image = image } });
            if (request.Seed == 1)
            {
                await events.WriteAsync(new() { Result = new() { Image = image } });
                await events.WriteAsync(new() { Completed = new() { ReachedResolution = 16, Reason = CompletionReason.Deadline } });
                return;
            }

            throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        string[] load = ["--count", "4", "--warm-up", "0", "--deadline", "60"];

        JsonElement level = Assert.Single(await LevelsAsync(server, load));

        Assert.Equal((4, 3, 2), (Number("requests"), Number("cut_by_deadline"), Number("ended_by_client")));
        Assert.Equal(level.GetProperty("requests_per_second").GetDouble() / 4, level.GetProperty("samples_per_second").GetDouble(), 6); // one is finished
        string table = await Cli.SucceedAsync(["bench", Inputs.Png(_folder), "--server", server.Address, .. load]);
        Assert.Contains("| 3 (2 by the client) |", table, StringComparison.Ordinal);

        int Number(string name) => level.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Bench_EveryCallRefused_Fails()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        CliResult result = await Cli.RunAsync(["bench", Inputs.Png(_folder, 17), "--count", "3", "--warm-up", "0", "--server", server.Address]);

        Assert.Equal(1, result.Status);
        Assert.Contains("3 InvalidArgument", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_Tables_AreMarkdown()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        Directory.CreateDirectory(_folder["images"]);
        Inputs.Png(_folder, 16, name: Path.Combine("images", "a.png"));
        Inputs.Png(_folder, 8, name: Path.Combine("images", "b.png"));

        string output = await Cli.SucceedAsync("bench", _folder["images"], "--count", "4", "--warm-up", "0", "--preview-format", "raw", "--server", server.Address);

        string[] lines = output.Split('\n');
        Assert.Matches("""^\| load +\| requests/s \| samples/s \| first preview p50 \|""", lines[0]);
        Assert.Matches("""^\| -+ \| -+: \|""", lines[1]);
        Assert.StartsWith("| 1 at a time |", lines[2], StringComparison.Ordinal);
        Assert.Contains("|         32 |", output, StringComparison.Ordinal);
        Assert.Equal(2, server.Upscaler.Requests.Select(request => request.Image).Distinct().Count());
        Assert.All(server.Upscaler.Requests, request => Assert.Equal(ImageFormat.RawRgb, request.PreviewFormat));
    }

    [Fact]
    public async Task Bench_Stopped_ExitsWithOneHundredAndThirty()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var stop = new CancellationTokenSource();
        Task<CliResult> running = Cli.RunUntilAsync(["bench", Inputs.Png(_folder), "--warm-up", "60", "--server", server.Address], stop.Token);
        while (server.Upscaler.Calls == 0)
        {
            Assert.False(running.IsCompleted);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();

        Assert.Equal(130, (await running).Status);
    }

    private async Task<JsonElement[]> LevelsAsync(FakeServer server, string[] arguments)
    {
        string output = await Cli.SucceedAsync(["bench", Inputs.Png(_folder), "--json", "-", "--server", server.Address, .. arguments]);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(server.Address, json.RootElement.GetProperty("server").GetString());
        return [.. json.RootElement.GetProperty("levels").EnumerateArray().Select(level => level.Clone())];
    }
}
