using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>The tensors of a checkpoint by their official names, and what was taken off to get there.</summary>
/// <param name="Tensors">The tensors.</param>
/// <param name="Notes">What was found around them, for people; empty where they lay open.</param>
internal sealed record FoundStates(IReadOnlyDictionary<string, PickleTensor> Tensors, IReadOnlyList<string> Notes);
