using System.Runtime.InteropServices;
using Cvdvae.Imaging;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Training;

namespace Cvdvae.Trainer.Commands;

/// <summary>Errors that a user can cause and cure: they deserve a readable line, not a stack trace.</summary>
internal static class ExpectedError
{
    /// <summary>The line for an error, or null for an error of this program itself.</summary>
    public static string? Line(Exception error) => Text(error) is { } text ? Printable.Of(text) : null;

    private static string? Text(Exception error) => error switch
    {
        InvalidHyperparametersException or InvalidWeightsException or InvalidModelException or InvalidImageException or InvalidDataException or TrainingFailedException => error.Message,
        ArgumentException { ParamName: null } => error.Message,
        IOException or UnauthorizedAccessException => error.Message,
        OutOfMemoryException => OutOfMemory(error),
        ExternalException when IsOutOfDeviceMemory(error.Message) => OutOfMemory(error),
        _ => null,
    };

    // libtorch tells these by their text alone: "CUDA out of memory. ...", "DefaultCPUAllocator: not enough memory: ...", "... can't allocate memory ...".
    private static bool IsOutOfDeviceMemory(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static string OutOfMemory(Exception error) => $"out of memory; a smaller --batch needs less ({error.Message.Split('\n')[0].Trim()})";
}
