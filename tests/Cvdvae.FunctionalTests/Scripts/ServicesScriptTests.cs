using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Scripts;

/// <summary><c>build/services.sh</c> with stand-ins for the services: what it starts, when it gives up, and that it leaves nothing behind.</summary>
public sealed class ServicesScriptTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public ServicesScriptTests()
    {
        Directory.CreateDirectory(_folder["build"]);
        Directory.CreateDirectory(_folder["models", "one"]);
        Directory.CreateDirectory(_folder["temporary"]);
        File.WriteAllText(_folder["models", "one", "model.json"], "{}");
        File.Copy(Path.Combine(BuildOutput.Root, "build", "services.sh"), _folder["build", "services.sh"]);
        foreach (string project in (string[])["Cvdvae.EncoderHost", "Cvdvae.DecoderHost", "Cvdvae.Gateway"])
        {
            string program = _folder["services", project, "bin", "Release", "net10.0", project];
            Directory.CreateDirectory(Path.GetDirectoryName(program)!);
            File.Copy(Path.Combine(BuildOutput.Root, "tests", "Cvdvae.FunctionalTests", "Scripts", "stub-service.py"), program);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Command_GetsTheGatewaysAddressAndItsStatusIsTheScripts()
    {
        await using ChildProcess script = Start(["--", "bash", "-c", "echo server=$CVDVAE_SERVER; exit 7"]);

        Assert.Equal(7, await script.ExitAsync(Limit));

        Assert.Matches("""^server=http://127\.0\.0\.1:\d+\n$""", script.Output);
        Assert.Equal(["encoder", "decoder", "gateway"], Stubs().Select(stub => stub.Name));
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_Stages_AreChainedFromTheLast()
    {
        await using ChildProcess script = Start(["--", "true"], ("STAGES", "1-16 32-64"));

        Assert.Equal(0, await script.ExitAsync(Limit));

        (string Name, int Id, string Settings)[] decoders = [.. Stubs().Where(stub => stub.Name == "decoder")];
        Assert.Contains("""
            "Decoder__Stages": "32-64"
            """, decoders[0].Settings, StringComparison.Ordinal);
        Assert.DoesNotContain("Decoder__Next", decoders[0].Settings, StringComparison.Ordinal);
        Assert.Contains("""
            "Decoder__Stages": "1-16"
            """, decoders[1].Settings, StringComparison.Ordinal);
        Assert.Matches("\"Decoder__Next\": \"unix:[^\"]*/decoder-1.sock\"", decoders[1].Settings);
        Assert.Matches("\"Encoder__Address\": \"unix:[^\"]*/encoder.sock\"", decoders[1].Settings);
        Assert.Matches("\"Gateway__Decoders__0\": \"unix:[^\"]*/decoder-0.sock\"", Stubs()[^1].Settings);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("TRANSPORT", "tcp")]
    [InlineData("TMPDIR", "a-name-that-is-so-long-that-no-socket-of-this-system-could-have-it-as-a-part-of-its-path-in-the-file-system")]
    public async Task Run_OverTcp_LinksTheServicesByPorts(string variable, string value)
    {
        value = variable == "TMPDIR" ? Directory.CreateDirectory(_folder[value]).FullName : value;
        await using ChildProcess script = Start(["--", "true"], (variable, value));

        Assert.Equal(0, await script.ExitAsync(Limit));

        Assert.Matches("\"Encoder__Address\": \"http://127", Stubs().Single(stub => stub.Name == "decoder").Settings);
        Assert.Matches("\"Gateway__Decoders__0\": \"http://127", Stubs()[^1].Settings);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("tcmalloc", "\"LD_PRELOAD\": \"libtcmalloc_minimal.so.4\"", "MALLOC_ARENA_MAX")]
    [InlineData("glibc", "\"MALLOC_ARENA_MAX\": \"1\"", "LD_PRELOAD")]
    public async Task Run_Allocator_IsThatOfTheNetworks(string allocator, string expected, string other)
    {
        await using ChildProcess script = Start(["--", "true"], ("ALLOCATOR", allocator));

        Assert.Equal(0, await script.ExitAsync(Limit));

        (string Name, int Id, string Settings)[] networks = Stubs()[..2];
        Assert.All(networks, stub => Assert.Contains(expected, stub.Settings, StringComparison.Ordinal));
        Assert.All(networks, stub => Assert.DoesNotContain(other, stub.Settings, StringComparison.Ordinal));
        Assert.DoesNotContain(expected, Stubs()[^1].Settings, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_UnknownAllocator_SaysSo()
    {
        await using ChildProcess script = Start(["--", "true"], ("ALLOCATOR", "none"));

        Assert.Equal(1, await script.ExitAsync(Limit));
        Assert.Equal("ALLOCATOR 'none' is not tcmalloc or glibc\n", script.Error);
    }

    [Fact]
    public async Task Run_ServiceDies_ShowsItsLogAndStopsTheRest()
    {
        await using ChildProcess script = Start(["--", "sleep", "60"], ("STUB_DIES", "decoder"));

        Assert.Equal(1, await script.ExitAsync(Limit));

        Assert.Equal("the decoder died; its log ends with:\n  decoder: out of luck\n", script.Error);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("decoder")]
    [InlineData("gateway")]
    public async Task Run_ServiceCannotStart_ShowsItsOwnLineAlone(string service)
    {
        await using ChildProcess script = Start(["--", "sleep", "60"], ("STUB_REFUSES", service), ("STAGES", "1-16 32-64"));

        Assert.Equal(1, await script.ExitAsync(Limit));

        Assert.Equal($"cvdvae-{service}: Models:Path: there is no folder '/no/where'\n", script.Error);
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_PortIsBusy_SaysSoBeforeAnythingIsStarted()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        int port = ((IPEndPoint)busy.LocalEndpoint).Port;
        foreach (string[] ports in (string[][])[[$"{port}", "0"], ["0", $"{port}"]])
        {
            await using ChildProcess script = Start(ports);

            Assert.Equal(1, await script.ExitAsync(Limit));

            Assert.Equal(
                $"port {port} of 127.0.0.1 is in use; end the program that listens there (ss -ltnp 'sport = :{port}' names it),\n"
                + "or take other ports: make serve PORTS=\"5010 5011\", or services.sh 5010 5011\n",
                script.Error);
        }

        Assert.False(File.Exists(_folder["pids"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["temporary"]));
    }

    [Theory]
    [InlineData("grpc", "5001")]
    [InlineData("70000", "5001")]
    public async Task Run_NoPort_SaysSo(string grpc, string http)
    {
        await using ChildProcess script = Start([grpc, http]);

        Assert.Equal((2, $"'{grpc}' is no port; 0 (any free one) to 65535 are\n"), (await script.ExitAsync(Limit), script.Error));
    }

    [Fact]
    public async Task Run_ServiceNeverReady_GivesUp()
    {
        await using ChildProcess script = Start(["--", "true"], ("STUB_NEVER_READY", "gateway"), ("READY_SECONDS", "5"));

        Assert.Equal(1, await script.ExitAsync(Limit));

        Assert.StartsWith("the gateway was not ready within 5 s", script.Error, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Run_Interrupted_StopsServicesAndCommand(string signal, int expected)
    {
        Assert.SkipWhen(signal == "INT" && InterruptSignal.IsIgnored, InterruptSignal.Reason);
        await using ChildProcess script = Start(["--", "sh", "-c", "echo up; exec sleep 60"]);
        await UntilAsync(() => script.Output == "up\n");

        await script.SignalAsync(signal);

        Assert.Equal(expected, await script.ExitAsync(Limit));
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_TwoSideBySide_DoNotDisturbEachOther()
    {
        await using ChildProcess one = Start(["--", "sh", "-c", "echo up; exec sleep 60"]);
        await UntilAsync(() => one.Output == "up\n");

        await using ChildProcess two = Start(["--", "true"]);

        Assert.Equal(0, await two.ExitAsync(Limit));
        Assert.False(one.HasExited);
        Assert.Equal(3, Stubs().Count(stub => Directory.Exists($"/proc/{stub.Id}")));
        await one.SignalAsync("TERM");
        Assert.Equal(143, await one.ExitAsync(Limit));
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_NoModel_SaysSo()
    {
        await using ChildProcess script = Start(["--", "true"], ("MODELS", "none"));

        Assert.Equal(1, await script.ExitAsync(Limit));
        Assert.StartsWith("none: holds no model", script.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Warnings_ArePassedOnWithTheServicesName()
    {
        await using ChildProcess script = Start(["--", "sh", "-c", "sleep 2"], ("STUB_WARNS", "encoder"));

        Assert.Equal(0, await script.ExitAsync(Limit));

        Assert.Equal("encoder: warn: Something[2] of interest\n", script.Error);
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_EveryModelIsRefused_GivesUpAtOnceAndSaysWhy()
    {
        await using ChildProcess script = Start(["--", "true"], ("STUB_NEVER_READY", "encoder"), ("STUB_REFUSES_MODELS", "encoder"), ("READY_SECONDS", "100"));

        Assert.Equal(1, await script.ExitAsync(TimeSpan.FromSeconds(60)));

        Assert.Contains($"the encoder serves no model: each that it found in {_folder["models"]} was refused\n  {_folder["models", "one"]}: it is of clay\n", script.Error, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public async Task Run_OneModelOfTwoIsRefused_WaitsForTheOther()
    {
        Directory.CreateDirectory(_folder["models", "two"]);
        File.WriteAllText(_folder["models", "two", "model.json"], "{}");
        await using ChildProcess script = Start(["--", "true"], ("STUB_REFUSES_MODELS", "encoder"));

        Assert.Equal(0, await script.ExitAsync(Limit));
    }

    [Fact]
    public async Task Check_BusyPort_IsToldWithoutAnyProgramBuilt()
    {
        Directory.Delete(_folder["services"], recursive: true);
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        int port = ((IPEndPoint)busy.LocalEndpoint).Port;
        await using ChildProcess refused = Start(["--check", $"{port}", "0"]);
        await using ChildProcess free = Start(["--check", "0", "0"]);

        Assert.Equal(1, await refused.ExitAsync(Limit));
        Assert.StartsWith($"port {port} of 127.0.0.1 is in use", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, "", ""), (await free.ExitAsync(Limit), free.Output, free.Error));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private ChildProcess Start(string[] arguments, params (string Name, string Value)[] variables)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "the stand-ins need python3");
        var environment = new Dictionary<string, string> { ["STUB_PIDS"] = _folder["pids"], ["TMPDIR"] = _folder["temporary"] };
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        return ChildProcess.Start(_folder["build", "services.sh"], arguments, environment, _folder[""]);
    }

    private (string Name, int Id, string Settings)[] Stubs() =>
    [
        .. File.ReadAllLines(_folder["pids"]).Select(line => line.Split(' ', 3)).Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2])),
    ];

    private void NothingIsLeft()
    {
        Assert.All(Stubs(), stub => Assert.False(Directory.Exists($"/proc/{stub.Id}"), $"{stub.Name} still runs"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["temporary"]));
    }
}
