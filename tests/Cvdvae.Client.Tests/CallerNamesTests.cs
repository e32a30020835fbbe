using Cvdvae.FakeService;
using Cvdvae.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>Errors speak the caller's names, whatever the server's message is about.</summary>
public sealed class CallerNamesTests
{
    private const string Wrong = "'20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with input_fit INPUT_FIT_CROP_AND_RESIZE";

    public static TheoryData<string> Fields => [.. UpscaleRequest.Descriptor.Fields.InDeclarationOrder().Select(known => known.Name)];

    public static TheoryData<string, string> Values =>
    [
        .. UpscaleRequest.Descriptor.Fields.InDeclarationOrder().Where(known => known.FieldType == FieldType.Enum)
            .SelectMany(known => known.EnumType.Values, (known, value) => new TheoryDataRow<string, string>(known.Name, value.Name)),
    ];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Field_OfTheProtocol_IsAPropertyOfTheCallers(string field)
    {
        string option = CallerNames.OfOptions.Field(field);
        Assert.True(field == "image" ? option == "image" : typeof(UpscaleOptions).GetProperty(option) is not null, $"{field}: UpscaleOptions has no {option}");
        string property = CallerNames.OfRequest.Field(field);
        Assert.Contains(typeof(UpscaleRequest).GetProperties(), known => known.Name.Equals(property, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain('_', option + property);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Message_ValueOfAnEnum_IsWrittenAsTheCallerWould(string field, string value)
    {
        string option = CallerNames.OfOptions.Field(field);
        System.Type type = typeof(UpscaleOptions).GetProperty(option)!.PropertyType;

        string[] parts = CallerNames.OfOptions.Message($"image: no; use {field} {value}, not {value}").Split("use ")[1].Split(", not ");

        Assert.StartsWith($"{option} = {type.Name}.", parts[0], StringComparison.Ordinal);
        string member = parts[1].Split('.')[1];
        Assert.True(System.Enum.IsDefined(type, member), $"{type.Name} has no {member}");
        Assert.Equal($"{option} = {type.Name}.{member}", parts[0]);
        Assert.Equal(value.Replace("_", "", StringComparison.Ordinal), $"{type.Name}{member}", ignoreCase: true);
    }

    [Theory]
    [InlineData("sample_count: '99' is not accepted; accepted: 1 to 64, or 0 for 1", "Samples: '99' is not accepted; accepted: 1 to 64")]
    [InlineData("scale: '3' is not accepted; accepted: 4, 8, or 0 for the one of the image's size", "Scale: '3' is not accepted; accepted: 4, 8")]
    [InlineData("model: 'a, or 0 for b' is not served", "Model: 'a, or 0 for b' is not served")]
    [InlineData("image: the scale, the model and the image stay; stop_at_resolution does not", "image: the scale, the model and the image stay; StopAt does not")]
    [InlineData("model: there is no 'sample_count'; it's 'input_fit INPUT_FIT_EXACT'", "Model: there is no 'sample_count'; it's 'input_fit INPUT_FIT_EXACT'")]
    [InlineData("unknown_field OTHER_ENUM, other: x", "unknown_field OTHER_ENUM, other: x")]
    [InlineData("", "")]
    public void Message_OfTheServer_SaysOnlyWhatTheCallerKnows(string message, string expected) => Assert.Equal(expected, CallerNames.OfOptions.Message(message));

    [Fact]
    public void Message_ToThoseWhoMadeARequestOfTheProtocol_KeepsItsZero() => Assert.Equal(
        "SampleCount: '99' is not accepted; accepted: 1 to 64, or 0 for 1",
        CallerNames.OfRequest.Message("sample_count: '99' is not accepted; accepted: 1 to 64, or 0 for 1"));

    [Theory]
    [InlineData("encoder_temperature", 11f, null, null, "Temperature")]
    [InlineData("prior_temperature", 11f, null, null, "Temperature")]
    [InlineData("encoder_temperature", 1f, 11f, null, "EncoderTemperature")]
    [InlineData("prior_temperature", 1f, 11f, null, "Temperature")]
    [InlineData("prior_temperature", null, null, 11f, "PriorTemperature")]
    public void Message_OfATemperature_NamesTheOneThatWasGiven(string field, float? both, float? encoder, float? prior, string expected)
    {
        var names = CallerNames.Of(new UpscaleOptions { Temperature = both, EncoderTemperature = encoder, PriorTemperature = prior });

        Assert.Equal(expected, names.Field(field));
        Assert.Equal($"{expected}: '11' is not accepted", names.Message($"{field}: '11' is not accepted"));
    }

    [Fact]
    public async Task Upscale_RefusedOptions_AreNamedAsInUpscaleOptions()
    {
        await using FakeServer server = await RefusingAsync("image", Wrong);
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await Assert.ThrowsAsync<SuperResolutionException>(() => client.UpscaleAsync(Inputs.Png(20), stop: TestContext.Current.CancellationToken).EndAsync());

        Assert.Equal("image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with Fit = InputFit.CropAndResize", error.Message);
    }

    [Theory]
    [InlineData("sample_count", "Samples", "SampleCount")]
    [InlineData("stop_at_resolution", "StopAt", "StopAtResolution")]
    [InlineData("image", "image", "image")]
    public async Task Upscale_RefusedField_HasTheNamesOfTheCallerAndOfTheProtocol(string field, string option, string property)
    {
        await using FakeServer server = await RefusingAsync(field, Wrong);
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException byOptions = await Assert.ThrowsAsync<SuperResolutionException>(() => client.UpscaleAsync(Inputs.Png(20), stop: TestContext.Current.CancellationToken).EndAsync());
        SuperResolutionException byRequest = await client.FailAsync(Inputs.Request());

        Assert.Equal((option, field), (byOptions.Field, byOptions.WireField));
        Assert.Equal((property, field), (byRequest.Field, byRequest.WireField));
        Assert.StartsWith($"{property}: '20x20 pixels'", byRequest.Message, StringComparison.Ordinal);
        Assert.EndsWith("or any size with InputFit = InputFit.CropAndResize", byRequest.Message, StringComparison.Ordinal);
    }

    private static Task<FakeServer> RefusingAsync(string field, string description) => FakeServer.StartAsync(new FakeUpscaler
    {
        Admission = (_, _) => throw new Google.Rpc.Status
        {
            Code = (int)StatusCode.InvalidArgument,
            Message = $"{field}: {description}",
            Details = { Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = description } } }) },
        }.ToRpcException(),
    });
}
