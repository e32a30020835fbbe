using Cvdvae.Imaging;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>Every snippet of <c>docs/clients.md</c>, and of the C# client's page, is run against the services, as it stands but for the addresses.</summary>
public sealed class ClientsPageTests(DocumentedServices services) : IClassFixture<DocumentedServices>
{
    private const string Page = "docs/clients.md";
    private const string ClientPage = "clients/Cvdvae.Client/README.md";
    private const string Model = @"toonhead-64@\S+: 64x64\n";
    private const string Refused = @"seen enough\n(?s:.*)image: .+ \(field image, attempts 1\)\n";
    private const string OneModel = @"^1 models\n$";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly int[] Resolutions = [1, 4, 8, 16, 32, 64];

    private static readonly string[] Files =
        [.. Enumerable.Range(1, 2).SelectMany(sample => Resolutions[..^1].Select(size => $"preview-{sample}-{size:D3}.png").Append($"sample-{sample}.png"))];

    private static readonly string[] ShownFiles = [.. Enumerable.Range(0, 2).SelectMany(sample => Resolutions.Select(size => $"shown-{sample}-{size}.png"))];

    private static readonly string[] CurledFiles = [.. Enumerable.Range(1, 2).SelectMany(sample => Resolutions.Select(size => $"sample-{sample}-{size}.png"))];

    /// <summary>Heading of each snippet, what it prints, the files that it makes.</summary>
    public static TheoryData<string, string, string[]> Expected => new()
    {
        { "C#: models, previews, results", Model + @"seed \d+\n", Files },
        { "C#: deadline, cancelling, errors", Refused, [] },
        { "C#: TLS, certificates, keys", OneModel, [] },
        { "Python: models, previews, results", Model + @"seed \d+\n", Files },
        { "Python: deadline, cancelling, errors", Refused, [] },
        { "Python: with asyncio", @"^toonhead-64\n$", Files },
        { "Python: with asyncio, cancelling, errors", Refused, [] },
        { "Python: TLS, certificates, keys", OneModel, [] },
        { "Node.js: models, previews, results", Model + @"seed \d+\n", Files },
        { "Node.js: deadline, cancelling, errors", Refused, [] },
        { "Node.js: TLS, certificates, keys", OneModel, [] },
        { "Browsers: models, previews, results", "^$", ShownFiles },
        { "Browsers: deadline, cancelling, errors", Refused, [] },
        { "Browsers: TLS and keys", OneModel, [] },
        { "grpcurl: services and models", @"cvdvae\.v1\.SuperResolutionService\n(?s:.*)cvdvae\.v1\.SuperResolutionService\.Upscale\n(?s:.*)""name"":\s*""toonhead-64""", [] },
        { "grpcurl: previews and results", "^$", CurledFiles },
        { "grpcurl: deadline and errors", @"^grpcurl ended with 67\n$", [] },
        { "grpcurl: TLS, certificates, keys", @"""name"":\s*""toonhead-64""", [] },
    };

    [Fact]
    public void Page_EverySnippet_HasATest() =>
        Assert.Equal(Expected.Select(row => row.Data.Item1), SnippetPage.Read(Page).Select(snippet => snippet.Heading));

    [Theory]
    [MemberData(nameof(Expected))]
    public async Task Snippet_AgainstTheServices_DoesWhatThePageSays(string heading, string output, string[] files)
    {
        Snippet snippet = Assert.Single(SnippetPage.Read(Page), snippet => snippet.Heading == heading);
        using var folder = new TemporaryFolder();
        services.Furnish(folder[""]);
        bool cancels = heading.Contains("cancelling", StringComparison.Ordinal);
        UnsteadyRelay relay = heading.StartsWith("Browsers", StringComparison.Ordinal) ? services.Web : services.Grpc;
        double cancelled = await services.CancelledAsync();
        if (cancels)
        {
            relay.Refuse();
        }

        string printed = await RunAsync(snippet, folder);

        Assert.Matches(output, printed);
        string[] made = [.. folder.Files("").Where(name => name.EndsWith(".png", StringComparison.Ordinal) && name != "small.png")];
        Assert.Equal(files.Order(StringComparer.Ordinal), made);
        foreach (string name in made)
        {
            PlaneSize size = ImageCodec.Measure(await File.ReadAllBytesAsync(folder[name], TestContext.Current.CancellationToken), ImageDecodeLimits.Default);
            Assert.Equal(SizeIn(name), size.Width);
        }

        if (cancels)
        {
            Assert.False(relay.IsRefusing, "it was not tried again");
            await InTime.Until(async () => await services.CancelledAsync() > cancelled);
        }
    }

    [Theory]
    [InlineData("Cvdvae.Client", @"^(sample [0-4] at (\d+)x\2\n){25,30}$", 5)]
    [InlineData("Options", @"^toonhead-64\n$", 0)]
    public async Task ClientPage_EverySnippet_DoesWhatItSays(string heading, string output, int results)
    {
        Snippet snippet = Assert.Single(SnippetPage.Read(ClientPage), snippet => snippet.Heading == heading);
        using var folder = new TemporaryFolder();
        services.Furnish(folder[""]);

        string printed = await RunAsync(snippet, folder);

        Assert.Matches(output, printed);
        Assert.Equal(Enumerable.Range(1, results).Select(sample => $"sample-{sample}.png"), folder.Files("").Where(name => name.StartsWith("sample-", StringComparison.Ordinal)));
    }

    private async Task<string> RunAsync(Snippet snippet, TemporaryFolder folder)
    {
        var environment = new Dictionary<string, string> { ["CVDVAE_API_KEY"] = DocumentedServices.Key, ["NODE_EXTRA_CA_CERTS"] = folder["ca.pem"], ["no_proxy"] = "127.0.0.1" };
        await using ChildProcess program = await SnippetPrograms.StartAsync(snippet.Language, services.Localize(snippet.Code), folder[""], environment);
        int status = await program.ExitAsync(Limit);
        Assert.True(status == 0, $"status {status}\n{program.Output}\n{program.Error}");
        return program.Output;
    }

    /// <summary>The side of the image in a file, by its name; a name without one is of a result.</summary>
    private static int SizeIn(string name) => Path.GetFileNameWithoutExtension(name).Split('-') is [_, _, string size] ? int.Parse(size, System.Globalization.CultureInfo.InvariantCulture) : Resolutions[^1];
}
