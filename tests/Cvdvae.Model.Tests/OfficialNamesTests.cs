using Cvdvae.Model.Configuration;
using Cvdvae.Model.Tests.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests;

/// <summary>Parameters bear the state-dict keys of openai/vdvae and jprost76/srvdvae.</summary>
public sealed class OfficialNamesTests
{
    [Fact]
    public void NamedParameters_VdVae_AreTheOfficialKeys()
    {
        using var model = new VdVae(TinyModel.Architecture);
        IEnumerable<string> modules =
        [
            "encoder.in_conv",
            .. Blocks("encoder.enc_blocks", 7, ""),
            .. Blocks("decoder.dec_blocks", 8, ".enc"),
            .. Blocks("decoder.dec_blocks", 8, ".prior"),
            .. Blocks("decoder.dec_blocks", 8, ".resnet"),
            .. Enumerable.Range(0, 8).Select(group => $"decoder.dec_blocks.{group}.z_proj"),
            "decoder.out_net.out_conv",
        ];

        // Biases to start from at 1, 4 and 8, up to no_bias_above.
        AssertNames([.. WeightAndBias(modules), "decoder.bias_xs.0", "decoder.bias_xs.1", "decoder.bias_xs.2", "decoder.gain", "decoder.bias"], model);
    }

    [Fact]
    public void NamedParameters_LowResEncoder_AreTheOfficialKeys()
    {
        using var model = new LowResEncoder(new LowResArchitecture(TinyModel.FourTimesHyperparameters, TinyModel.Architecture));

        AssertNames(WeightAndBias(["encoder_y.in_conv", .. Blocks("encoder_y.enc_blocks", 3, ""), .. Blocks("decoder.dec_blocks", 3, ".enc_y")]), model);
    }

    [Fact]
    public void NamedParameters_Shapes_AreTheOfficialOnes()
    {
        using var prior = new VdVae(TinyModel.Architecture);
        using var lowRes = new LowResEncoder(new LowResArchitecture(TinyModel.FourTimesHyperparameters, TinyModel.Architecture));
        Dictionary<string, long[]> shapes = prior.named_parameters().Concat(lowRes.named_parameters()).ToDictionary(pair => pair.name, pair => pair.parameter.shape);

        Assert.Equal([8, 3, 3, 3], shapes["encoder.in_conv.weight"]);
        Assert.Equal([4, 8, 1, 1], shapes["encoder.enc_blocks.0.c1.weight"]);
        Assert.Equal([4, 4, 3, 3], shapes["encoder.enc_blocks.0.c2.weight"]);
        Assert.Equal([8, 8, 1, 1], shapes["encoder.enc_blocks.6.c2.weight"]); // 1x1 convolutions at resolution 1
        Assert.Equal([6], shapes["decoder.dec_blocks.3.enc.c2.bias"]);
        Assert.Equal([6, 24, 1, 1], shapes["decoder.dec_blocks.3.enc.c1.weight"]);
        Assert.Equal([6, 6, 1, 1], shapes["decoder.dec_blocks.3.enc.c4.weight"]);
        Assert.Equal([18, 6, 1, 1], shapes["decoder.dec_blocks.3.prior.c4.weight"]);
        Assert.Equal([12, 3, 1, 1], shapes["decoder.dec_blocks.3.z_proj.weight"]);
        Assert.Equal([1, 12, 4, 4], shapes["decoder.bias_xs.1"]);
        Assert.Equal([1, 8, 1, 1], shapes["decoder.gain"]);
        Assert.Equal([30, 8, 1, 1], shapes["decoder.out_net.out_conv.weight"]);
        Assert.Equal([12, 3, 3, 3], shapes["encoder_y.in_conv.weight"]);
        Assert.Equal([8, 32, 1, 1], shapes["decoder.dec_blocks.0.enc_y.c1.weight"]);
    }

    [Fact]
    public void Parameters_Ffhq256_AreAHundredAndFifteenMillion()
    {
        using var model = new VdVae(new PriorArchitecture(OfficialModels.Ffhq256));

        // Counted by hand from the widths and the kernel sizes; published as 115M.
        Assert.Equal(114_874_852, model.parameters().Sum(parameter => parameter.numel()));
    }

    private static IEnumerable<string> Blocks(string list, int count, string block) =>
        from index in Enumerable.Range(0, count)
        from convolution in Enumerable.Range(1, 4)
        select $"{list}.{index}{block}.c{convolution}";

    private static IEnumerable<string> WeightAndBias(IEnumerable<string> modules) => modules.SelectMany(module => new[] { $"{module}.weight", $"{module}.bias" });

    private static void AssertNames(IEnumerable<string> expected, TorchSharp.torch.nn.Module module) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), module.named_parameters().Select(pair => pair.name).Order(StringComparer.Ordinal));
}
