using System.Globalization;

namespace Cvdvae.Model.Packaging;

/// <summary>Keeps weights from being written over by mistake: days of training may be in them, or the only copy of an import.</summary>
public static class ModelPlaces
{
    /// <summary>Fails where a part is there already and may not be replaced.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="part">What is to be written.</param>
    /// <param name="replace">Whether the user asked for that.</param>
    /// <exception cref="InvalidModelException">It is there; the message says where it came from.</exception>
    public static void RequirePlace(this ModelFolder folder, ModelPart part, bool replace)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!replace && File.Exists(part.PathIn(folder)))
        {
            throw new InvalidModelException(
                folder.FolderPath, $"holds {part} already{Origin(folder.Manifest.Training.GetValueOrDefault(part.Key))}; --replace puts this one in its place");
        }
    }

    private static string Origin(TrainingRecord? record) => record switch
    {
        { Program: { } program, Steps: long steps } => string.Create(CultureInfo.InvariantCulture, $" ({steps} steps of {program})"),
        { Note: { } note } => $" ({note})",
        _ => "",
    };
}
