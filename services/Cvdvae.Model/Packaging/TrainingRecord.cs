namespace Cvdvae.Model.Packaging;

/// <summary>How one part of a model was trained, or where it was imported from.</summary>
public sealed record TrainingRecord
{
    /// <summary>The program that made the weights.</summary>
    public string? Program { get; init; }

    /// <summary>Data set, with its credit.</summary>
    public string? Data { get; init; }

    /// <summary>Optimiser steps.</summary>
    public long? Steps { get; init; }

    /// <summary>Images in a step.</summary>
    public int? Batch { get; init; }

    /// <summary>Hours of training.</summary>
    public double? Hours { get; init; }

    /// <summary>Loss over the validation images at the end: nats per dimension for a prior, nats per image for a low-res encoder.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>SHA-256, in hexadecimal, of the <c>prior.safetensors</c> that a low-res encoder was trained for or came with.</summary>
    public string? PriorSha256 { get; init; }

    /// <summary>The file that the weights were imported from, or anything else worth knowing.</summary>
    public string? Note { get; init; }
}
