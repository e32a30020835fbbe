namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>What a file of torch.save holds: the pickled object, and where the data of its storages is.</summary>
/// <param name="Root">The object, in the terms of <see cref="Pickling.Unpickler"/>.</param>
/// <param name="Storages">The bytes of each storage by its key.</param>
internal sealed record Checkpoint(object? Root, IReadOnlyDictionary<string, ByteRange> Storages);
