using System.Collections.Immutable;

namespace Cvdvae.Model.Weights.Pickling;

/// <summary>A tensor as the pickle describes it: a strided view. Offset, shape and strides are at least 0 and count elements.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, ImmutableArray<long> Shape, ImmutableArray<long> Strides);
