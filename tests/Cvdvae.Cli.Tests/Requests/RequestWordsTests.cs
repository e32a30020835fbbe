using Cvdvae.Cli.Requests;
using Cvdvae.Client;
using Cvdvae.V1;
using Google.Protobuf.Reflection;
using Xunit;

namespace Cvdvae.Cli.Tests.Requests;

/// <summary>Errors name options as they are typed: the table is whole.</summary>
public sealed class RequestWordsTests
{
    private static readonly CallerNames Names = new RequestArguments(raw: true).Names;

    public static TheoryData<string> Fields => [.. UpscaleRequest.Descriptor.Fields.InDeclarationOrder().Select(known => known.Name)];

    public static TheoryData<string, string> Values =>
    [
        .. UpscaleRequest.Descriptor.Fields.InDeclarationOrder().Where(known => known.FieldType == FieldType.Enum)
            .SelectMany(known => known.EnumType.Values, (known, value) => new TheoryDataRow<string, string>(known.Name, value.Name)),
    ];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Field_OfTheProtocol_IsAnOptionOfBothCommands(string field)
    {
        string name = Names.Field(field);
        string[] others = ["image", "report_groups"]; // the one is an argument, the other set by the program
        if (others.Contains(field))
        {
            Assert.Equal(field, name);
            return;
        }

        Assert.StartsWith("--", name, StringComparison.Ordinal);
        foreach (string command in (string[])["upscale", "bench"])
        {
            Assert.Contains($" {name} ", (await Cli.SucceedAsync(command, "--help")).ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Value_OfAnEnum_IsWhatIsTyped(string field, string value)
    {
        string written = Names.Message($"image: no; {field} {value}")["image: no; ".Length..];

        if (value.EndsWith("_UNSPECIFIED", StringComparison.Ordinal))
        {
            Assert.Equal($"no {Names.Field(field)}", written);
            return;
        }

        Assert.StartsWith($"{Names.Field(field)} ", written, StringComparison.Ordinal);
        CliResult result = await Cli.RunAsync(["bench", "no-such-file.png", .. written.Split(' ')]);
        Assert.Equal(1, result.Status); // the file is missing: the words were understood
    }

    [Fact]
    public void Message_OfTheServer_NamesOptions() => Assert.Equal(
        "--samples: '99' is not accepted; see --stop-at, or --fit crop of the image",
        Names.Message("sample_count: '99' is not accepted; see stop_at_resolution, or input_fit INPUT_FIT_CROP_AND_RESIZE of the image"));
}
