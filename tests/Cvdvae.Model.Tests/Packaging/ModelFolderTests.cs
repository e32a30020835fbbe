using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Packaging;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void CreateOrOpen_NewFolder_IsOpenedAgain()
    {
        string path = _folder.File("models/tiny");

        ModelFolder created = ModelFolder.CreateOrOpen(path, ModelManifestTests.Tiny);
        ModelFolder opened = ModelFolder.Open(path);

        Assert.True(ModelFolder.Exists(path));
        Assert.Equal(created.Manifest.ToJson(), opened.Manifest.ToJson());
        Assert.Equal(8, opened.Prior.Groups.Count);
        Assert.Equal(3, opened.LowRes(4).ConditionedGroupCount);
        Assert.Equal([Path.Combine(path, "model.json")], Directory.GetFiles(path));
    }

    [Fact]
    public void CreateOrOpen_SamePrior_KeepsWhatIsThere()
    {
        ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny);

        ModelFolder opened = ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny with { Name = "other", Encoders = new Dictionary<int, LowResHyperparameters>() });

        Assert.Equal("tiny", opened.Manifest.Name);
        Assert.Equal(2, opened.Manifest.Encoders.Count);
    }

    [Fact]
    public void CreateOrOpen_OtherPrior_IsRefused()
    {
        ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny);

        var error = Assert.Throws<InvalidModelException>(() => ModelFolder.CreateOrOpen(
            _folder.FolderPath, ModelManifestTests.Tiny with { Prior = TinyModel.Hyperparameters with { Zdim = 4 } }));

        Assert.StartsWith(_folder.FolderPath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoModel_NamesTheFolder()
    {
        Assert.False(ModelFolder.Exists(_folder.FolderPath));
        Assert.Contains(_folder.FolderPath, Assert.Throws<InvalidModelException>(() => ModelFolder.Open(_folder.FolderPath)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidModelException>(() => ModelFolder.Open(_folder.File("nowhere")));
    }

    [Fact]
    public void LowRes_ScaleThatIsNotThere_ListsTheOthers()
    {
        ModelFolder model = ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny);

        Assert.Contains("scale 8; it has 2, 4", Assert.Throws<InvalidModelException>(() => model.LowRes(8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_NewManifest_IsOnDisk()
    {
        ModelFolder model = ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny);

        model.Update(model.Manifest with { OutputBias = 1.25 });

        Assert.Equal(1.25, model.Manifest.OutputBias);
        Assert.Equal(1.25, ModelFolder.Open(_folder.FolderPath).Manifest.OutputBias);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("prior.safetensors")]
    [InlineData("encoder-x4.safetensors")]
    [InlineData("previews.safetensors")]
    public void ContentHash_PartChanges_Changes(string name)
    {
        ModelFolder model = Parts();
        string before = model.ContentHash(TestContext.Current.CancellationToken);

        byte[] content = File.ReadAllBytes(_folder.File(name));
        content[^2] ^= 1;
        File.WriteAllBytes(_folder.File(name), content);

        Assert.NotEqual(before, model.ContentHash(TestContext.Current.CancellationToken));
        content[^2] ^= 1;
        File.WriteAllBytes(_folder.File(name), content);
        Assert.Equal(before, model.ContentHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ContentHash_PartComesGoesOrIsRenamed_Changes()
    {
        ModelFolder model = Parts();
        var hashes = new HashSet<string> { model.ContentHash(TestContext.Current.CancellationToken) };

        File.Move(_folder.File("encoder-x4.safetensors"), _folder.File("encoder-x8.safetensors"));
        Assert.True(hashes.Add(model.ContentHash(TestContext.Current.CancellationToken)));
        File.Copy(_folder.File("encoder-x8.safetensors"), _folder.File("encoder-x4.safetensors"));
        Assert.True(hashes.Add(model.ContentHash(TestContext.Current.CancellationToken)));
        File.Delete(_folder.File("encoder-x8.safetensors"));
        Assert.False(hashes.Add(model.ContentHash(TestContext.Current.CancellationToken)));
        File.Delete(_folder.File("previews.safetensors"));
        Assert.True(hashes.Add(model.ContentHash(TestContext.Current.CancellationToken)));
        Assert.All(hashes, hash => Assert.Matches("^[0-9a-f]{64}$", hash));
    }

    [Fact]
    public void ContentHash_UnrelatedFiles_DoNotCount()
    {
        ModelFolder model = Parts();
        string before = model.ContentHash(TestContext.Current.CancellationToken);

        File.WriteAllText(_folder.File("README.md"), "about");
        File.WriteAllText(_folder.File("model.json.tmp"), "{}");
        File.WriteAllText(_folder.File("prior.safetensors.x.tmp"), "half");
        Directory.CreateDirectory(_folder.File("old"));
        File.WriteAllText(_folder.File("old/prior.safetensors"), "old");
        File.SetLastWriteTimeUtc(_folder.File("prior.safetensors"), DateTime.UnixEpoch);

        Assert.Equal(before, model.ContentHash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Load_FileWithMore_FillsTheModule()
    {
        using var model = new TinyModel();
        string path = Write("prior.safetensors", model.Prior);
        using var stage = new TopDownDecoder(TinyModel.Architecture, 2, 5);
        stage.train();

        ModelFolder.Load(stage, path, "decoder.");

        Assert.False(stage.training);
        Dictionary<string, Tensor> expected = model.Decoder.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        Assert.All(stage.named_parameters(), pair => TensorAssert.Equal(expected[pair.name], pair.parameter));
    }

    [Fact]
    public void Load_TensorMissing_NamesItAndTheFile()
    {
        using var model = new TinyModel();
        string path = Write("prior.safetensors", model.Prior, leaveOut: "decoder.dec_blocks.3.prior.c2.bias");

        using var target = new VdVae(TinyModel.Architecture);
        var error = Assert.Throws<InvalidWeightsException>(() => ModelFolder.Load(target, path));

        Assert.Contains("decoder.dec_blocks.3.prior.c2.bias", error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Origin);
    }

    [Fact]
    public void Load_TensorMisshaped_NamesItAndBothShapes()
    {
        using var model = new TinyModel();
        string path = Write("prior.safetensors", model.Prior);
        using var wider = new VdVae(new PriorArchitecture(TinyModel.Hyperparameters with { NumMixtures = 4 }));

        var error = Assert.Throws<InvalidWeightsException>(() => ModelFolder.Load(wider, path));

        Assert.Contains("decoder.out_net.out_conv.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("(30, 8, 1, 1)", error.Message, StringComparison.Ordinal);
        Assert.Contains("(40, 8, 1, 1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WrongPrefix_NamesTheTensorAskedFor()
    {
        using var model = new TinyModel();
        string path = Write("prior.safetensors", model.Prior);

        var error = Assert.Throws<InvalidWeightsException>(() => ModelFolder.Load(model.Decoder, path, "encoder."));

        Assert.Contains("has no tensor 'encoder.", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, nn.Module module, string? leaveOut = null)
    {
        string path = _folder.File(name);
        SafetensorsWriter.Write(path, TorchTensors.AsSource(module.named_parameters()
            .Where(pair => pair.name != leaveOut)
            .Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))));
        return path;
    }

    private ModelFolder Parts()
    {
        foreach (string name in new[] { "prior", "encoder-x4", "previews" })
        {
            File.WriteAllText(_folder.File($"{name}.safetensors"), $"content of {name}");
        }

        return ModelFolder.CreateOrOpen(_folder.FolderPath, ModelManifestTests.Tiny);
    }
}
