using System.Text.Json.Nodes;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Sampling;
using Xunit;

namespace Cvdvae.Model.Tests.Packaging;

public sealed class ModelManifestTests
{
    private const string Origin = "models/tiny/model.json";

    public static ModelManifest Tiny { get; } = new()
    {
        Name = "tiny",
        Version = "2.1",
        Licence = "CC BY 4.0",
        Description = "Noise \u00e9, \"small\"",
        Prior = TinyModel.Hyperparameters,
        Encoders = new Dictionary<int, LowResHyperparameters> { [2] = TinyModel.TwiceHyperparameters, [4] = TinyModel.FourTimesHyperparameters },
        EncoderTemperature = 0.5f,
        PriorTemperature = 0.6f,
        PixelSampling = PixelSampling.Mean,
        OutputBias = 3.5,
        Training = new Dictionary<string, TrainingRecord> { ["prior"] = new() { Steps = 3_000_000_000, Data = "faces \u00e9", ValidationLoss = 2.5 } },
    };

    [Fact]
    public void Parse_WhatToJsonWrote_GivesTheSame()
    {
        ModelManifest back = ModelManifest.Parse(Tiny.ToJson(), Origin);

        Assert.Equal(Tiny.Prior, back.Prior);
        Assert.Equal(Tiny.Encoders, back.Encoders);
        Assert.Equal(Tiny.Training, back.Training);
        Assert.Equal(
            (Tiny.Format, Tiny.Name, Tiny.Version, Tiny.Licence, Tiny.EncoderTemperature, Tiny.PriorTemperature, Tiny.PixelSampling, Tiny.OutputBias),
            (back.Format, back.Name, back.Version, back.Licence, back.EncoderTemperature, back.PriorTemperature, back.PixelSampling, back.OutputBias));
        Assert.Equal(Tiny.Description, back.Description);
        Assert.Equal(Tiny.ToJson(), back.ToJson());
    }

    [Fact]
    public void Parse_LeastManifest_HasTheDefaults()
    {
        JsonObject json = Json();
        foreach (string optional in new[] { "format", "version", "licence", "description", "encoders", "encoder_temperature", "prior_temperature", "pixel_sampling", "output_bias", "training" })
        {
            json.Remove(optional);
        }

        ModelManifest manifest = Parse(json);

        Assert.Equal((1, 0.8f, 0.8f, PixelSampling.Sample, 0.0), (manifest.Format, manifest.EncoderTemperature, manifest.PriorTemperature, manifest.PixelSampling, manifest.OutputBias));
        Assert.Null(manifest.Description);
        Assert.Empty(manifest.Encoders);
        Assert.Empty(manifest.Training);
    }

    [Fact]
    public void ToJson_Names_AreTheOfficialOnes()
    {
        JsonObject prior = Json()["prior"]!.AsObject();
        JsonObject encoder = Json()["encoders"]!["4"]!.AsObject();

        Assert.All(
            new[] { "width", "zdim", "image_size", "bottleneck_multiple", "no_bias_above", "num_mixtures", "custom_width_str", "enc_blocks", "dec_blocks" },
            name => Assert.True(prior.ContainsKey(name), name));
        Assert.All(new[] { "width_y", "custom_width_str_y", "image_size_y", "enc_blocks_y", "ky" }, name => Assert.True(encoder.ContainsKey(name), name));
        Assert.Equal("mean", Json()["pixel_sampling"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"Tiny\"")]
    [InlineData("name", "\"a b\"")]
    [InlineData("name", "\"../etc\"")]
    [InlineData("name", "\"a/b\"")]
    [InlineData("name", "\".hidden\"")]
    [InlineData("name", "\"caf\u00e9\"")]
    [InlineData("name", "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm\"")]
    [InlineData("name", "null")]
    [InlineData("name", "7")]
    [InlineData("version", "\"1 beta\"")]
    [InlineData("version", "null")]
    [InlineData("format", "2")]
    [InlineData("format", "0")]
    [InlineData("encoder_temperature", "-0.1")]
    [InlineData("encoder_temperature", "10.5")]
    [InlineData("encoder_temperature", "1e39")]
    [InlineData("encoder_temperature", "\"NaN\"")]
    [InlineData("prior_temperature", "-1")]
    [InlineData("prior_temperature", "11")]
    [InlineData("prior_temperature", "null")]
    [InlineData("output_bias", "-65")]
    [InlineData("output_bias", "64.5")]
    [InlineData("pixel_sampling", "\"median\"")]
    [InlineData("pixel_sampling", "1")]
    [InlineData("description", "7")]
    [InlineData("prior", "null")]
    [InlineData("encoders", "null")]
    [InlineData("encoders", "{\"4\":null}")]
    [InlineData("encoders", "{\"x4\":{}}")]
    [InlineData("training", "null")]
    [InlineData("training", "{\"prior\":null}")]
    public void Parse_BadField_NamesTheFileAndTheField(string field, string value)
    {
        JsonObject json = Json();
        json[field] = JsonNode.Parse(value);

        AssertRefused(json.ToJsonString(), field);
    }

    [Theory]
    [InlineData("zdim", "0")]
    [InlineData("zdim", "null")]
    [InlineData("zdim", "2.5")]
    [InlineData("zdim", "99999999999")]
    [InlineData("dec_blocks", "\"1x1\"")]
    [InlineData("dec_blocks", "null")]
    [InlineData("enc_blocks", "\"16y2\"")]
    [InlineData("custom_width_str", "\"4\"")]
    [InlineData("custom_width_str", "null")]
    [InlineData("shift", "null")]
    [InlineData("scale", "0")]
    public void Parse_BadFieldOfThePrior_NamesTheFileAndTheField(string field, string value)
    {
        JsonObject json = Json();
        json["prior"]![field] = JsonNode.Parse(value);

        AssertRefused(json.ToJsonString(), field);
    }

    [Fact]
    public void Parse_BadFieldOfAnEncoder_NamesTheFileAndTheField()
    {
        JsonObject json = Json();
        json["encoders"]!["4"]!["ky"] = 9;

        AssertRefused(json.ToJsonString(), "ky");
    }

    [Theory]
    [InlineData("")]
    [InlineData("prior")]
    [InlineData("encoders.4")]
    [InlineData("training.prior")]
    public void Parse_UnknownField_IsRefused(string parent)
    {
        JsonObject json = Json();
        JsonNode node = json;
        foreach (string name in parent.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node[name]!;
        }

        node["tempreature"] = 1;

        AssertRefused(json.ToJsonString(), "tempreature");
    }

    [Fact]
    public void Parse_FieldTwice_IsRefused() => AssertRefused(Json().ToJsonString()[..^1] + ",\"name\":\"other\"}", "name");

    [Fact]
    public void Parse_FieldMissing_IsNamed()
    {
        JsonObject json = Json();
        json.Remove("name");

        AssertRefused(json.ToJsonString(), "name");
    }

    [Fact]
    public void Parse_EncoderUnderAnotherScale_NamesBoth()
    {
        JsonObject json = Json();
        JsonNode encoder = json["encoders"]!["4"]!.DeepClone();
        json["encoders"] = new JsonObject { ["8"] = encoder };

        InvalidModelException error = AssertRefused(json.ToJsonString(), "encoders");
        Assert.Contains("\"8\" is an encoder of scale 4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("model")]
    public void Parse_NoManifest_NamesTheFile(string text) => AssertRefused(text, "");

    [Fact]
    public void Parse_DeepNesting_IsRefused() => AssertRefused(string.Concat(Enumerable.Repeat("{\"prior\":", 1000)), "");

    [Fact]
    public void WithEncoder_AnotherScale_KeepsTheOthers()
    {
        ModelManifest one = Tiny with { Encoders = new Dictionary<int, LowResHyperparameters> { [4] = TinyModel.FourTimesHyperparameters } };

        ModelManifest two = one.WithEncoder(new LowResArchitecture(TinyModel.TwiceHyperparameters, TinyModel.Architecture), new TrainingRecord { Steps = 5 });

        Assert.Equal([2, 4], two.Encoders.Keys);
        Assert.Equal(["encoder-x2", "prior"], two.Training.Keys);
        Assert.Equal((Tiny.Description, Tiny.Licence), (two.Description, two.Licence));
        Assert.Equal([4], one.Encoders.Keys);
        Assert.Equal(["prior"], one.Training.Keys);
    }

    private static JsonObject Json() => JsonNode.Parse(Tiny.ToJson())!.AsObject();

    private static ModelManifest Parse(JsonObject json) => ModelManifest.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), Origin);

    private static InvalidModelException AssertRefused(string json, string field)
    {
        var error = Assert.Throws<InvalidModelException>(() => ModelManifest.Parse(System.Text.Encoding.UTF8.GetBytes(json), Origin));

        Assert.StartsWith($"{Origin}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(field, error.Message[Origin.Length..], StringComparison.Ordinal);
        return error;
    }
}
