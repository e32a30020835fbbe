using System.CommandLine;
using System.Numerics;
using Cvdvae.CommandLine;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Training;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary>The options that the training commands share.</summary>
internal sealed class TrainingArguments
{
    private const double MostBeta = 0.999999;
    private const string Float32 = "fp32";
    private const string BFloat16 = "bf16";
    private readonly List<(Option Option, Func<ParseResult, TrainingOptions, TrainingOptions> Apply)> _options = [];
    private readonly TrainingOptions _defaults;

    /// <param name="defaults">What holds where an option is not given.</param>
    /// <param name="model">What the model folder is for.</param>
    public TrainingArguments(TrainingOptions defaults, string model)
    {
        _defaults = defaults;
        Model = new Option<string>("--model") { Description = model, Required = true };
        Add("--steps", "steps in all", 1L, null, o => o.Steps, (o, v) => o with { Steps = v });
        Add("--batch", "images computed at once", 1, 65536, o => o.Batch, (o, v) => o with { Batch = v });
        Add("--accumulate", "batches in a step, one after the other, whose gradients are added up", 1, 65536, o => o.Accumulate, (o, v) => o with { Accumulate = v });
        Add("--learning-rate", "learning rate after the warm-up", 1e-12, 1.0, o => o.LearningRate, (o, v) => o with { LearningRate = v });
        Add("--final-learning-rate", "learning rate at the last step, relative; it falls along a cosine (1: constant)", 0.0, 1.0, o => o.FinalLearningRate, (o, v) => o with { FinalLearningRate = v });
        Add("--warmup-steps", "steps over which the learning rate rises", 0, null, o => o.WarmupSteps, (o, v) => o with { WarmupSteps = v });
        Add("--beta1", "AdamW's beta1", 0.0, MostBeta, o => o.Beta1, (o, v) => o with { Beta1 = v });
        Add("--beta2", "AdamW's beta2", 0.0, MostBeta, o => o.Beta2, (o, v) => o with { Beta2 = v });
        Add("--weight-decay", "AdamW's decoupled weight decay", 0.0, 1.0, o => o.WeightDecay, (o, v) => o with { WeightDecay = v });
        Add("--gradient-clip", "norm that the gradient is scaled down to (0: never)", 0.0, null, o => o.GradientClip, (o, v) => o with { GradientClip = v });
        Add("--skip-threshold", "norm of the gradient from which on a step is skipped (0: never)", 0.0, null, o => o.SkipThreshold, (o, v) => o with { SkipThreshold = v });
        Add("--ema-rate", "rate of the moving average of the parameters", 0.0, MostBeta, o => o.EmaRate, (o, v) => o with { EmaRate = v });
        Add("--seed", "seed of everything random", 0, null, o => o.Seed, (o, v) => o with { Seed = v });
        Add("--checkpoint-minutes", "minutes between checkpoints", 0.0, null, o => o.CheckpointMinutes, (o, v) => o with { CheckpointMinutes = v });
        Add("--validation-steps", "steps between validations", 1, null, o => o.ValidationSteps, (o, v) => o with { ValidationSteps = v });
        Add("--validation-images", "validation images used", 1, null, o => o.ValidationImages, (o, v) => o with { ValidationImages = v });
        Add("--image-steps", "steps between pictures", 1, null, o => o.ImageSteps, (o, v) => o with { ImageSteps = v });
    }

    /// <summary>Folder of the run.</summary>
    public Option<string> Run { get; } = new("--run") { Description = "folder of the run: checkpoints, logs, pictures; a run in it is resumed", Required = true };

    public Option<string> Data { get; } = new("--data") { Description = "training images, a file made by 'dataset'", Required = true };

    public Option<string> Validation { get; } = new("--validation-data") { Description = "validation images, a file made by 'dataset'", Required = true };

    public Option<string> Model { get; }

    public Option<string> DataCredit { get; } = new("--data-credit") { Description = "name and credit of the data, for the training record" };

    public Option<bool> Replace { get; } = ReplaceOption.Create();

    public Option<bool> Flips { get; } = new("--flips") { Description = "mirror half of the images" };

    public Option<bool> Half { get; } = new("--fp16") { Description = "store the weights in fp16" };

    public Option<string> Compute { get; } = ComputeOption();

    public Option<bool> CheckpointBlocks { get; } = new("--checkpoint-blocks") { Description = "compute each block a second time on the way back instead of keeping what is inside it: less memory, more time" };

    public Option<string> Device { get; } = DeviceOption.Create();

    public Option<int?> Threads { get; } = CheckedOption.OptionalNumber("--threads", "threads inside an operation; as many as the processor quota allows by default", 1, 1024);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Run, Data, Validation, Model, DataCredit, Replace, Flips, Half, Compute, CheckpointBlocks, Device, Threads, .. _options.Select(entry => entry.Option)])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the options and applies those that hold for the whole process: threads and seed. To be called before the first tensor is made.</summary>
    public TrainingOptions Apply(ParseResult parsed)
    {
        TorchRuntime.Apply(parsed.GetValue(Threads));
        TrainingOptions options = _options.Aggregate(_defaults with { RunFolder = parsed.GetRequiredValue(Run) }, (values, entry) => entry.Apply(parsed, values));
        random.manual_seed(options.Seed);
        return options;
    }

    /// <summary>The device that was asked for.</summary>
    /// <exception cref="ArgumentException">The machine does not have it.</exception>
    public Device ReadDevice(ParseResult parsed) => DeviceOption.Read(parsed, Device);

    /// <summary>How the networks are computed.</summary>
    public Computation ReadComputation(ParseResult parsed) => new(
        parsed.GetRequiredValue(Compute) == BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, parsed.GetValue(CheckpointBlocks));

    /// <summary>Where and how the weights are written.</summary>
    public ModelExport ReadExport(ParseResult parsed, TrainingOptions options) => new(
        parsed.GetRequiredValue(Model), parsed.GetValue(Half) ? ScalarType.Float16 : ScalarType.Float32, options.StepImages, parsed.GetValue(DataCredit))
    {
        RunFolder = parsed.GetRequiredValue(Run),
        Replace = parsed.GetValue(Replace),
    };

    /// <summary>Trains and reports on the console; once all steps are done, also what comes next.</summary>
    public void Train(ITrainingTask task, TrainingOptions options, ParseResult parsed, CancellationToken stop)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        using var run = new TrainingRun(task, options, TimeProvider.System);
        run.Run(new ConsoleReporter(output, TimeProvider.System), stop);
        if (run.State.Step >= options.Steps)
        {
            NextLine.Write(output, ModelFolder.Open(parsed.GetRequiredValue(Model)));
        }
    }

    private static Option<string> ComputeOption()
    {
        var option = new Option<string>("--compute")
        {
            Description = $"type that the networks are computed in: {Float32} or {BFloat16}; parameters, gradients and the optimiser stay {Float32}",
            DefaultValueFactory = _ => Float32,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is var text and not (Float32 or BFloat16))
            {
                result.AddError($"--compute: '{text}' is not {Float32} or {BFloat16}");
            }
        });
        return option;
    }

    private void Add<T>(string name, string description, T least, T? most, Func<TrainingOptions, T> value, Func<TrainingOptions, T, TrainingOptions> with)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        Option<T> option = CheckedOption.Number(name, description, value(_defaults), least, most);
        _options.Add((option, (parsed, options) => with(options, parsed.GetRequiredValue(option))));
    }
}
