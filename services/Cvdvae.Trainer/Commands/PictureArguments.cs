using System.CommandLine;
using Cvdvae.CommandLine;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Training;

namespace Cvdvae.Trainer.Commands;

/// <summary>The options that the commands which make pictures share.</summary>
internal sealed class PictureArguments
{
    public Option<string> Model { get; } = new("--model") { Description = "model folder", Required = true };

    public Option<string> Output { get; } = new("--output") { Description = "folder to write the PNG files to", Required = true };

    public Option<PixelSampling?> PixelSampling { get; } = new("--pixel-sampling") { Description = "how pixels are taken: sample, mode or mean; the model's own by default" };

    /// <summary>The contact sheet's file.</summary>
    public Option<string?> Sheet { get; } = new("--sheet") { Description = "PNG file of the contact sheet; sheet.png in the output folder by default" };

    public Option<string> Device { get; } = DeviceOption.Create();

    public Option<int?> Threads { get; } = CheckedOption.OptionalNumber("--threads", "threads inside an operation; as many as the processor quota allows by default", 1, 1024);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Model, Output, PixelSampling, Sheet, Device, Threads])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Writes the contact sheet and says where it is.</summary>
    public void WriteSheet(ParseResult parsed, PictureSheet sheet)
    {
        string path = parsed.GetValue(Sheet) ?? Path.Combine(parsed.GetRequiredValue(Output), "sheet.png");
        Pictures.Save(sheet.Render(), path);
        parsed.InvocationConfiguration.Output.WriteLine(path);
    }
}
