namespace Cvdvae.Model.Weights.Pickling;

/// <summary>A reference to the elements that tensors are views of.</summary>
/// <param name="Key">The name of the data in the file.</param>
/// <param name="Kind">The Python class, for example <c>torch.FloatStorage</c>.</param>
/// <param name="ElementType">The elements' type, or null where this project has none for the class.</param>
/// <param name="ElementCount">The declared number of elements, at least 0.</param>
internal sealed record PickleStorage(string Key, PickleGlobal Kind, TensorElementType? ElementType, long ElementCount);
