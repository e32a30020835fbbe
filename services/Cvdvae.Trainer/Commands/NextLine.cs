using Cvdvae.Model.Packaging;

namespace Cvdvae.Trainer.Commands;

/// <summary>The last line of the commands that make a part of a model: the command that comes next on the way to serving it.</summary>
internal static class NextLine
{
    public static void Write(TextWriter output, ModelFolder folder) => output.WriteLine($"next: {folder.NextCommand()}");
}
