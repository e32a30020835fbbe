namespace Cvdvae.Client;

/// <summary>The call was admitted. First, always.</summary>
public sealed record StartedEvent : UpscaleEvent
{
    /// <summary>Identity of the call in the server's logs and traces.</summary>
    public required string RequestId { get; init; }

    /// <summary>The model as "name@version".</summary>
    public required string Model { get; init; }

    /// <summary>Factor between the sides of result and input.</summary>
    public required int Scale { get; init; }

    /// <summary>Side of the input in pixels.</summary>
    public required int InputSize { get; init; }

    /// <summary>Side of the full result in pixels.</summary>
    public required int OutputSize { get; init; }

    /// <summary>Latent groups, L.</summary>
    public required int GroupCount { get; init; }

    /// <summary>Latent groups that the input conditions, k.</summary>
    public required int ConditionedGroupCount { get; init; }

    /// <summary>Resolutions of the decoder, coarse to fine; the last is <see cref="OutputSize"/>.</summary>
    public required IReadOnlyList<int> Resolutions { get; init; }

    /// <summary>The seed in use: with it the same images can be had again.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What was admitted, with the resolutions.</summary>
    public override string ToString() =>
        $"{nameof(StartedEvent)} {{ RequestId = {RequestId}, Model = {Model}, Scale = {Scale}, InputSize = {InputSize}, " +
        $"OutputSize = {OutputSize}, GroupCount = {GroupCount}, ConditionedGroupCount = {ConditionedGroupCount}, " +
        $"Resolutions = [{string.Join(", ", Resolutions)}], Seed = {Seed} }}";
}
