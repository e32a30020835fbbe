using System.CommandLine;

namespace Cvdvae.Trainer.Commands;

/// <summary>The option <c>--replace</c> of the commands that write weights into a model folder.</summary>
internal static class ReplaceOption
{
    public static Option<bool> Create() => new("--replace") { Description = "put the new weights in the place of those that the model folder has; refused otherwise" };
}
