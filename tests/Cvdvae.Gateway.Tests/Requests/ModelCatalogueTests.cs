using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Requests;

public sealed class ModelCatalogueTests
{
    [Fact]
    public void Of_SeveralVersions_ListsNewestFirst()
    {
        ModelCatalogue catalogue = ModelCatalogue.Of(
            [TestModels.Info(version: "1.9"), TestModels.Info("cats", "3"), TestModels.Info(version: "1.10"), TestModels.Info(version: "1.10")]);

        Assert.Equal(["cats@3", "faces@1.10", "faces@1.9"], catalogue.Models.Select(model => $"{model.Name}@{model.Version}"));
    }

    [Fact]
    public void Of_TwoContentsOfAVersion_TakesTheOneOnMoreDecoders()
    {
        ModelCatalogue catalogue = ModelCatalogue.Of([TestModels.Info(hash: "a"), TestModels.Info(hash: "b"), TestModels.Info(hash: "b")]);

        Assert.Equal("b", Assert.Single(catalogue.Models).ContentHash);
    }

    [Theory]
    [InlineData("", "", "cats@3")]
    [InlineData("", "faces", "faces@1.10")]
    [InlineData("", "faces@1.9", "faces@1.9")]
    [InlineData("faces", "", "faces@1.10")]
    [InlineData("faces@1.9", "", "faces@1.9")]
    public void Require_Names_FindsThem(string requested, string configured, string found)
    {
        ModelCatalogue catalogue = ModelCatalogue.Of([TestModels.Info(version: "1.9"), TestModels.Info("cats", "3"), TestModels.Info(version: "1.10")]);

        ModelInfo model = catalogue.Require(requested, configured);

        Assert.Equal(found, $"{model.Name}@{model.Version}");
    }

    [Theory]
    [InlineData("dogs")]
    [InlineData("faces@")]
    [InlineData("Faces")]
    public void Require_Unknown_IsNotFound(string requested)
    {
        var error = Assert.Throws<RpcException>(() => ModelCatalogue.Of([TestModels.Info()]).Require(requested, ""));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Contains($"'{requested}'", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("model", Assert.Single(RpcErrors.Detail<BadRequest>(error)!.FieldViolations).Field);
    }

    [Fact]
    public void Require_EndlessName_IsInvalidArgumentAndShort()
    {
        var error = Assert.Throws<RpcException>(() => ModelCatalogue.Of([TestModels.Info()]).Require(new string('x', 1_000_000), ""));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.InRange(error.Status.Detail.Length, 1, 400);
    }

    [Fact]
    public void Require_NothingServed_IsUnavailable() =>
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => ModelCatalogue.Empty.Require("faces", "")).StatusCode);

    [Theory]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("2", "10", -1)]
    [InlineData("1.0", "1", 1)]
    [InlineData("1.0-rc1", "1.0-rc2", -1)]
    [InlineData("a", "1", 1)]
    [InlineData("007", "7", 0)]
    [InlineData("99999999999999999999999999", "100000000000000000000000000", -1)]
    public void Compare_Versions_ComparesNumbersAsNumbers(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(VersionOrder.Instance.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(VersionOrder.Instance.Compare(right, left)));
    }
}
