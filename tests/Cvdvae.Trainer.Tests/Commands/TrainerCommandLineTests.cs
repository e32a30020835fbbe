using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Commands;
using Cvdvae.Trainer.Data;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Commands;

public sealed class TrainerCommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The model and one thread: several of them wait for each other for long where other programs keep the processors busy.</summary>
    private string[] Model => ["--model", _folder["model"], "--threads", "1"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_WholeChain_MakesAModelAndPictures()
    {
        await MakeModelAsync();
        await RunAsync(["encoder", "--hparams", _folder["h.json"], .. Training("encoder"), "--kl", "mean"]);
        ModelFolder model = ModelFolder.Open(_folder["model"]);
        Assert.Equal([4], model.Manifest.Encoders.Keys);
        Assert.Equal(3, model.Manifest.Training["encoder-x4"].Steps);
        Assert.True(File.Exists(model.EncoderPath(4)));

        await RunAsync(["sample", .. Model, "--output", _folder["samples"], "--count", "3", "--batch", "2", "--temperature", "0.7", "--pixel-sampling", "mean"]);
        Assert.Equal(["sample-0001.png", "sample-0002.png", "sample-0003.png", "sheet.png"], Files("samples"));
        Assert.All(Files("samples").Take(3), file => Assert.Equal((16, 16), Size("samples", file)));
        Assert.True(Size("samples", "sheet.png").Width > 2 * 16);

        string output = await RunAsync(
            ["reconstruct", .. Model, "--images", _folder["pictures", "07.png"], _folder["valid.safetensors"], "--limit", "3", "--draws", "1", "--output", _folder["back"], "--sheet", _folder["sheet.png"]]);
        Assert.Equal(
            ["0001-07-draw-1.png", "0001-07.png", "0002-000000-draw-1.png", "0002-000000.png", "0003-000001-draw-1.png", "0003-000001.png"],
            Files("back"));
        Assert.Equal((16, 16), Size("back", "0001-07.png"));
        Assert.True(File.Exists(_folder["sheet.png"]));
        Assert.Contains("3 images, mean PSNR", output, StringComparison.Ordinal);

        output = await RunAsync(
            ["evaluate", .. Model, "--images", _folder["pictures"], "--scale", "4", "--temperatures", "0.1,0.8", "--samples", "3", "--batch", "6", "--limit", "5", "--pixel-sampling", "mode", "--output", _folder["table"]]);
        Assert.Equal(["images.csv", "metrics.png", "sheet.png", "table.csv", "table.md"], Files("table"));
        string[] methods = ["bicubic", "temperature 0.1", "temperature 0.1, projected", "temperature 0.8", "temperature 0.8, projected"];
        Assert.Equal(methods, output.Split('\n').Where(line => line.EndsWith(" 1 |", StringComparison.Ordinal) || line.EndsWith(" 0 |", StringComparison.Ordinal)).Select(line => line.Split('|')[1].Trim()));
        Assert.Equal(1 + (5 * methods.Length), (await File.ReadAllLinesAsync(_folder["table", "images.csv"], TestContext.Current.CancellationToken)).Length);
        double[] lowResPsnr = [.. (await File.ReadAllLinesAsync(_folder["table", "table.csv"], TestContext.Current.CancellationToken))[1..].Select(line => double.Parse(line.Replace(", projected", "", StringComparison.Ordinal).Split(',')[7], CultureInfo.InvariantCulture))];
        Assert.True(lowResPsnr[4] > lowResPsnr[3] + 3, string.Join(' ', lowResPsnr));

        output = await RunAsync(["evaluate", .. Model, "--consistency-curve", "--prefixes", "2", "--completions", "3", "--output", _folder["curve"]]);
        Assert.Equal(["consistency.csv", "consistency.md", "consistency.png"], Files("curve"));
        Assert.Contains("| 3 |", output, StringComparison.Ordinal);
        Assert.Contains("x4 conditions these", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_SameSeed_GivesTheSameImagesWhateverTheBatch()
    {
        await MakeModelAsync();
        await RunAsync(["sample", .. Model, "--output", _folder["a"], "--count", "3", "--seed", "5", "--pixel-sampling", "mode"]);
        await RunAsync(["sample", .. Model, "--output", _folder["b"], "--count", "2", "--seed", "5", "--pixel-sampling", "mode", "--batch", "1"]);
        await RunAsync(["sample", .. Model, "--output", _folder["c"], "--count", "2", "--seed", "6", "--pixel-sampling", "mode"]);

        Assert.True(Psnr.Between(Decode("a", "sample-0002.png"), Decode("b", "sample-0002.png")) > 48);
        Assert.NotEqual(Decode("b", "sample-0002.png").Pixels, Decode("c", "sample-0002.png").Pixels);
    }

    [Fact]
    public async Task Sample_OutputBiasOfTheModel_ShiftsTheImages()
    {
        await MakeModelAsync();
        await RunAsync(["sample", .. Model, "--output", _folder["a"], "--count", "1", "--pixel-sampling", "mean"]);
        ModelFolder model = ModelFolder.Open(_folder["model"]);
        model.Update(model.Manifest with { OutputBias = 20 });
        await RunAsync(["sample", .. Model, "--output", _folder["b"], "--count", "1", "--pixel-sampling", "mean"]);

        double difference = Decode("b", "sample-0001.png").Pixels.Average(level => level) - Decode("a", "sample-0001.png").Pixels.Average(level => level);
        Assert.InRange(difference, 15, 21);
    }

    [Fact]
    public async Task Export_ChosenImages_WritesThemDownscaled()
    {
        MakeData();
        string output = await RunAsync("export", "--data", _folder["train.safetensors"], "--indices", "5", "2", "--scale", "4", "--prefix", "disc", "--output", _folder["low"]);

        Assert.Equal(["disc-01-x4.png", "disc-02-x4.png"], Files("low"));
        Assert.Equal(BicubicResizer.Resize(TinyModels.Disc(5), 4, 4).Pixels, Decode("low", "disc-01-x4.png").Pixels);
        Assert.Contains(_folder["low", "disc-02-x4.png"], output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scale 3", "--scale: 3 does not divide")]
    [InlineData("--indices 12", "--indices: 12 is not from 0 to 11")]
    public async Task Export_WrongNumbers_FailsWithOneLine(string arguments, string expected)
    {
        MakeData();

        (int status, string error) = await FailAsync(["export", "--data", _folder["train.safetensors"], "--output", _folder["low"], .. arguments.Split(' ')]);

        Assert.Equal(1, status);
        Assert.StartsWith($"error: {expected}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prior_OtherHyperparametersForARun_FailsWithOneLine()
    {
        await MakeModelAsync();
        await File.WriteAllTextAsync(_folder["h.json"], TinyModels.Json.Replace("\"zdim\": 4", "\"zdim\": 5", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        (int status, string error) = await FailAsync(["prior", "--hparams", _folder["h.json"], .. Training("prior")]);

        Assert.Equal(1, status);
        Assert.Contains("last.safetensors", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prior_InitialModel_GoesOnFromItsWeightsAndRecord()
    {
        await MakeModelAsync();
        string[] training = [.. Training("again").Where((_, index) => index is not (0 or 1)), "--model", _folder["next"], "--learning-rate", "1e-12"];
        await RunAsync(["prior", "--hparams", _folder["h.json"], "--initial-model", _folder["model"], .. training]);

        ModelFolder next = ModelFolder.Open(_folder["next"]);
        Assert.Equal(6, next.Manifest.Training["prior"].Steps);
        using SafetensorsFile before = SafetensorsFile.Open(ModelFolder.Open(_folder["model"]).PriorPath);
        using SafetensorsFile after = SafetensorsFile.Open(next.PriorPath);
        foreach (string name in before.Entries.Keys)
        {
            using Tensor old = TorchTensors.Load(before, name);
            using Tensor now = TorchTensors.Load(after, name);
            Assert.True(allclose(old, now, rtol: 0, atol: 1e-6), name);
        }
    }

    [Fact]
    public async Task Prior_InitialModelOfOtherHyperparameters_IsRefused()
    {
        await MakeModelAsync();
        await File.WriteAllTextAsync(_folder["h.json"], TinyModels.Json.Replace("\"zdim\": 4", "\"zdim\": 5", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        (int status, string error) = await FailAsync(["prior", "--hparams", _folder["h.json"], "--initial-model", _folder["model"], .. Training("again")]);

        Assert.Equal(1, status);
        Assert.Contains("--initial-model", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample --model {0}/none --output {0}/out", "{0}/none: holds no model.json")]
    [InlineData("reconstruct --model {0}/none --images x --output {0}/out", "{0}/none: holds no model.json")]
    [InlineData("dataset --images {0}/none --output {0}/out", "{0}/none")]
    [InlineData("dataset --images {0} --output {0}/out", "no image")]
    [InlineData("dataset --raw {0}/none --output {0}/out", "{0}/none")]
    [InlineData("dataset --portraits test --count 2 --portraits-tool {0}/none.mjs --output {0}/out", "{0}/none.mjs")]
    [InlineData("evaluate --model {0}/none --images x --output {0}/out", "{0}/none: holds no model.json")]
    [InlineData("prior --hparams {0}/none.json --run {0}/r --model {0}/m --data {0}/d --validation-data {0}/d", "{0}/none.json is neither a file")]
    [InlineData("encoder --hparams ffhq256 --run {0}/r --model {0}/m --data {0}/d --validation-data {0}/d", "has no 'ky'")]
    [InlineData("import --checkpoint {0}/none.th --hparams ffhq256 --output {0}/m", "{0}/none.th")]
    public async Task Run_MissingOrWrongFiles_PrintsOneErrorLineAndExitsWithOne(string arguments, string expected)
    {
        (int status, string error) = await FailAsync(arguments.Split(' ').Select(argument => argument.Replace("{0}", _folder[""].TrimEnd('/'), StringComparison.Ordinal)));

        Assert.Equal(1, status);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Contains(expected.Replace("{0}", _folder[""].TrimEnd('/'), StringComparison.Ordinal), error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown", "unknown")]
    [InlineData("sample --output x", "--model")]
    [InlineData("sample --model x --output x --count 0", "--count: 0 is not from 1")]
    [InlineData("sample --model x --output x --count many", "many")]
    [InlineData("sample --model x --output x --temperature NaN", "--temperature: NaN is not from 0 to 10")]
    [InlineData("sample --model x --output x --pixel-sampling best", "best")]
    [InlineData("sample --model x --output x --device tpu", "--device: 'tpu' is not cpu, cuda or cuda:N")]
    [InlineData("sample --model x --output x --threads 0", "--threads: 0 is not from 1")]
    [InlineData("prior --hparams x --run x --model x --data x --validation-data x --steps 0", "--steps: 0 is not 1 or more")]
    [InlineData("prior --hparams x --run x --model x --data x --validation-data x --batch -1", "--batch: -1 is not from 1")]
    [InlineData("prior --hparams x --run x --model x --data x --validation-data x --learning-rate 2", "--learning-rate: 2 is not from")]
    [InlineData("encoder --hparams x --run x --model x --data x --validation-data x --kl median", "median")]
    [InlineData("evaluate --model x --output x", "--images is required")]
    [InlineData("evaluate --model x --output x --images x --temperatures 0.1,NaN", "--temperature: 'NaN': accepted are numbers from 0 to 10")]
    [InlineData("evaluate --model x --output x --images x --samples 0", "--samples: 0 is not from 1")]
    [InlineData("evaluate --model x --output x --images x --lpips x", "--lpips needs the network")]
    [InlineData("dataset --output x", "give one of --images, --raw and --portraits")]
    [InlineData("dataset --images x --raw y --output x", "give one of --images, --raw and --portraits")]
    [InlineData("dataset --portraits x --output x", "--portraits and --count belong together")]
    public async Task Run_WrongUsage_SaysWhatIsAcceptedAndExitsWithTwo(string arguments, string expected)
    {
        (int status, string error) = await FailAsync(arguments.Split(' '));

        Assert.Equal(2, status);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StepAfterStep_EachEndsWithTheCommandThatComesNext()
    {
        MakeData();
        string prior = await RunAsync(["prior", "--hparams", _folder["h.json"], .. Training("prior")]);
        string encoder = await RunAsync(["encoder", "--hparams", _folder["h.json"], .. Training("encoder")]);
        string previews = await RunAsync(["previews", .. Model, "--samples", "10", "--batch", "5"]);

        Assert.EndsWith($"next: cvdvae-trainer encoder --model {_folder["model"]} --hparams FILE --data FILE --validation-data FILE --run FOLDER\n", prior, StringComparison.Ordinal);
        Assert.EndsWith($"next: cvdvae-trainer previews --model {_folder["model"]}\n", encoder, StringComparison.Ordinal);
        Assert.EndsWith($"next: MODELS={_folder[""].TrimEnd('/')} make serve\n", previews, StringComparison.Ordinal);

        // Another prior in its place: the encoder is no longer for it.
        ModelFolder model = ModelFolder.Open(_folder["model"]);
        Assert.Equal(model.PriorHash(), model.Manifest.Training["encoder-x4"].PriorSha256);
        model.RequireAll();
        string again = await RunAsync(["prior", "--hparams", _folder["h.json"], .. Training("again"), "--seed", "5", "--replace"]);
        Assert.Contains("next: cvdvae-trainer encoder", again, StringComparison.Ordinal);
        Assert.Contains("trained for another prior", Assert.Throws<InvalidModelException>(() => ModelFolder.Open(_folder["model"]).RequireAll()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_BrokenImages_AreSkippedAndTold()
    {
        MakeData();
        await File.WriteAllTextAsync(_folder["pictures", "03b.png"], "no image", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["pictures", "animation.gif"], "GIF89a", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["pictures", "._00.png"], "AppleDouble", TestContext.Current.CancellationToken);
        string[] command = ["dataset", "--images", _folder["pictures"], "--size", "16", "--output", _folder["packed.safetensors"], "--write-statistics", _folder["h.json"]];

        (int status, string output, string error) = await TellAsync(command);

        Assert.Equal(0, status);
        Assert.Equal(12, ImageSet.Open(_folder["packed.safetensors"]).Count);
        string[] lines = error.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"skipped: {_folder["pictures", "03b.png"]}: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("passed over, being no .png, .jpg, .jpeg, .jfif or .webp: 1 .gif, 1 hidden", lines[1]);
        Assert.Equal("skipped in all: 1", lines[2]);
        PriorHyperparameters written = HyperparameterFile.ReadPrior(_folder["h.json"]);
        double[] levels = [.. Enumerable.Range(0, 12).SelectMany(index => ImageSet.Open(_folder["packed.safetensors"]).Image(index).Pixels).Select(level => (double)level)];
        Assert.Equal(-levels.Average(), written.Shift, 1e-6);
        Assert.Contains(FormattableString.Invariant($"mean {levels.Average():F4}, deviation {1 / written.Scale:F4}"), output, StringComparison.Ordinal);
        Assert.Equal(8, written.Width);
        Assert.NotNull(HyperparameterFile.ReadLowRes(_folder["h.json"]));

        File.Delete(_folder["packed.safetensors"]);
        (status, _, error) = await TellAsync([.. command, "--strict"]);
        Assert.Equal(1, status);
        Assert.EndsWith("error: --strict: 1 of the files can't be used, as listed above\n", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["packed.safetensors"]));
    }

    [Fact]
    public async Task Dataset_OddFiles_AreToldInOneLineEachAndThePanoramaIsTaken()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        await File.WriteAllBytesAsync(_folder["pictures", "panorama.png"], ImageCodec.Encode(TinyModels.Disc(1, 9000, 20), ImageEncoding.Png, 100), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder["pictures", "photo.jfif"], ImageCodec.Encode(TinyModels.Disc(2, 8, 8), ImageEncoding.Jpeg, 90), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["pictures", "two\nlines.png"], "no image", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_folder["pictures", "gone.png"], "/no/where.png");

        (int status, string output, string error) = await TellAsync(["dataset", "--images", _folder["pictures"], "--size", "16", "--output", _folder["packed.safetensors"]]);

        Assert.Equal(0, status);
        Assert.Contains(": 2 images of 16x16\nenlarged to 16x16: 1 of them", output, StringComparison.Ordinal);
        string[] lines = [.. error.TrimEnd().Split('\n').Order(StringComparer.Ordinal)];
        Assert.Equal(3, lines.Length);
        Assert.Equal($"skipped: {_folder["pictures", "gone.png"]}: it is a link to /no/where.png, which is not there", lines[1]);
        Assert.StartsWith($"skipped: {_folder["pictures", "two"]}\\u000alines.png: ", lines[2], StringComparison.Ordinal);
        Assert.Equal("skipped in all: 2", lines[0]);
    }

    [Fact]
    public async Task Dataset_OneImage_IsOneImage()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        await File.WriteAllBytesAsync(_folder["pictures", "a.png"], ImageCodec.Encode(TinyModels.Disc(1), ImageEncoding.Png, 100), TestContext.Current.CancellationToken);

        Assert.Contains(": 1 image of 16x16\n", await RunAsync("dataset", "--images", _folder["pictures"], "--size", "16", "--output", _folder["packed.safetensors"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_NothingLeft_ExitsWithOne()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        await File.WriteAllTextAsync(_folder["pictures", "a.png"], "no image", TestContext.Current.CancellationToken);

        (int status, _, string error) = await TellAsync(["dataset", "--images", _folder["pictures"], "--output", _folder["packed"]]);

        Assert.Equal(1, status);
        Assert.EndsWith("error: the source holds no image that can be used (PNG, JPEG or WebP)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReconstructAndEvaluate_BrokenImages_AreSkippedAndTold()
    {
        await MakeModelAsync();
        await RunAsync(["encoder", "--hparams", _folder["h.json"], .. Training("encoder")]);
        await File.WriteAllTextAsync(_folder["pictures", "00b.png"], "no image", TestContext.Current.CancellationToken);
        string[] reconstruct = ["reconstruct", .. Model, "--images", _folder["pictures"], "--output", _folder["back"]];
        string[] evaluate = ["evaluate", .. Model, "--images", _folder["pictures"], "--samples", "2", "--output", _folder["table"]];
        foreach (string[] command in (string[][])[reconstruct, evaluate])
        {
            (int status, string output, string error) = await TellAsync(command);
            Assert.Equal(0, status);
            Assert.Contains("12 images", output, StringComparison.Ordinal);
            Assert.Contains($"skipped: {_folder["pictures", "00b.png"]}: ", error, StringComparison.Ordinal);
            Assert.Contains("skipped in all: 1", error, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await TellAsync([.. reconstruct, "--strict"])).Status);
    }

    [Theory]
    [InlineData("--accumulate 0", "--accumulate: 0 is not from 1")]
    [InlineData("--compute fp8", "--compute: 'fp8' is not fp32 or bf16")]
    public async Task Encoder_WrongComputation_ExitsWithTwo(string arguments, string expected)
    {
        (int status, _, string error) = await TellAsync([.. "encoder --hparams x --run x --model x --data x --validation-data x".Split(' '), .. arguments.Split(' ')]);

        Assert.Equal(2, status);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encoder_InPartsInBFloat16WithBlocksTwice_RecordsTheImagesOfAStep()
    {
        await MakeModelAsync();
        string output = await RunAsync(["encoder", "--hparams", _folder["h.json"], .. Training("encoder"), "--accumulate", "2", "--compute", "bf16", "--checkpoint-blocks"]);

        Assert.Contains("3 steps of 8 images, 4 at once", output, StringComparison.Ordinal);
        Assert.Equal(8, ModelFolder.Open(_folder["model"]).Manifest.Training["encoder-x4"].Batch);
        using SafetensorsFile weights = SafetensorsFile.Open(ModelFolder.Open(_folder["model"]).EncoderPath(4));
        Assert.All(weights.Entries.Values, entry => Assert.Equal(TensorElementType.F32, entry.ElementType));
    }

    [Fact]
    public async Task PriorAndEncoder_OverTheWeightsOfAnotherRun_NeedReplace()
    {
        await MakeModelAsync();
        string[] encoder = ["encoder", "--hparams", _folder["h.json"]];
        await RunAsync([.. encoder, .. Training("encoder")]);

        // The same run may go on.
        await RunAsync([.. encoder, .. Training("encoder")]);

        // The imported encoder of a scale, and the prior of another run.
        ModelFolder model = ModelFolder.Open(_folder["model"]);
        byte[] weights = await File.ReadAllBytesAsync(model.EncoderPath(4), TestContext.Current.CancellationToken);
        model.Update(model.Manifest.WithEncoder(TinyModels.LowRes, new TrainingRecord { PriorSha256 = model.PriorHash(), Note = "imported from theirs.ckpt" }));
        (int status, string error) = await FailAsync([.. encoder, .. Training("second")]);
        Assert.Equal(1, status);
        Assert.Contains("holds an encoder for scale 4 already (imported from theirs.ckpt); --replace puts this one in its place", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["second"]));
        (status, error) = await FailAsync(["prior", "--hparams", _folder["h.json"], .. Training("other")]);
        Assert.Equal(1, status);
        Assert.Contains("holds a prior already (3 steps of cvdvae-trainer); --replace puts this one in its place", error, StringComparison.Ordinal);
        Assert.Equal(weights, await File.ReadAllBytesAsync(model.EncoderPath(4), TestContext.Current.CancellationToken));

        await RunAsync([.. encoder, .. Training("second"), "--replace"]);
        Assert.Equal(3, ModelFolder.Open(_folder["model"]).Manifest.Training["encoder-x4"].Steps);
    }

    [Fact]
    public async Task Prior_Stopped_EndsWithZeroAndAResumableRun()
    {
        MakeData();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        int status = await TrainerCommandLine.RunAsync(
            ["prior", "--hparams", _folder["h.json"], .. Training("prior")], TextWriter.Null, TextWriter.Null, stop.Token);

        Assert.Equal(0, status);
        Assert.True(File.Exists(_folder["prior", "last.safetensors"]));
        await RunAsync(["prior", "--hparams", _folder["h.json"], .. Training("prior")]);
        Assert.Equal(3, ModelFolder.Open(_folder["model"]).Manifest.Training["prior"].Steps);
    }

    [Theory]
    [InlineData("--images {0}", "--scale is needed: the model has no low-res encoder")]
    [InlineData("--images {0} --scale 4 --brisque {0}", "allrange")]
    [InlineData("--images {0} --scale 4 --perceptual {0}/00.png", "00.png")]
    public async Task Evaluate_WithoutWhatItNeeds_FailsWithOneLine(string arguments, string expected)
    {
        await MakeModelAsync();
        string[] given = [.. arguments.Split(' ').Select(argument => argument.Replace("{0}", _folder["pictures"], StringComparison.Ordinal))];

        (int status, string error) = await FailAsync(["evaluate", .. Model, .. given, "--output", _folder["out"]]);

        Assert.Equal(1, status);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Sample_Stopped_ExitsWithOneHundredAndThirty()
    {
        await MakeModelAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        Assert.Equal(130, await TrainerCommandLine.RunAsync(["sample", .. Model, "--output", _folder["out"]], TextWriter.Null, TextWriter.Null, stop.Token));
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private static async Task<string> RunAsync(params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await TrainerCommandLine.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        Assert.True(status == 0, error.ToString());
        return output.ToString();
    }

    private static async Task<(int Status, string Output, string Error)> TellAsync(IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await TrainerCommandLine.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        return (status, output.ToString(), error.ToString());
    }

    private static async Task<(int Status, string Error)> FailAsync(IEnumerable<string> arguments)
    {
        using var error = new StringWriter();
        int status = await TrainerCommandLine.RunAsync([.. arguments], TextWriter.Null, error, TestContext.Current.CancellationToken);
        return (status, error.ToString());
    }

    private async Task MakeModelAsync()
    {
        MakeData();
        await RunAsync("dataset", "--images", _folder["pictures"], "--size", "16", "--output", _folder["train.safetensors"]);
        await RunAsync(["prior", "--hparams", _folder["h.json"], .. Training("prior")]);
        Assert.Equal(3, ModelFolder.Open(_folder["model"]).Manifest.Training["prior"].Steps);
    }

    private void MakeData()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        for (int index = 0; index < 12; index++)
        {
            File.WriteAllBytes(_folder["pictures", $"{index:D2}.png"], ImageCodec.Encode(TinyModels.Disc(index, 40, 32), ImageEncoding.Png, 100));
        }

        File.WriteAllText(_folder["h.json"], TinyModels.Json);
        TinyModels.Discs(_folder["train.safetensors"], 12);
        TinyModels.Discs(_folder["valid.safetensors"], 4, firstSeed: 100);
    }

    private string[] Training(string run) =>
    [
        .. Model, "--run", _folder[run], "--data", _folder["train.safetensors"], "--validation-data", _folder["valid.safetensors"],
        "--steps", "3", "--batch", "4", "--data-credit", "discs",
    ];

    private string[] Files(string folder) => [.. Directory.EnumerateFiles(_folder[folder]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private RgbImage Decode(string folder, string file) => ImageCodec.Decode(File.ReadAllBytes(_folder[folder, file]), ImageDecodeLimits.Default);

    private (int Width, int Height) Size(string folder, string file)
    {
        RgbImage image = Decode(folder, file);
        return (image.Width, image.Height);
    }
}
